export { cacheMeter, callMeter, observeGauge, requestMeter } from './metrics.ts'
export { serveMetrics } from './metrics-server.ts'
export {
  currentContext,
  formatTraceparent,
  newContext,
  parseTraceparent,
  type RequestContext,
  runDetached,
  runWith,
  setField,
} from './request-context.ts'
export { exportSpans, instantSpan, runInBatchContext, span } from './spans.ts'
