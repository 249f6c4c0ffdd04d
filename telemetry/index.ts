export { callMeter, questionMeter, requestMeter, watch } from './metrics.ts'
export { serveMetrics } from './serve.ts'
export { exportSpans, span, spanAtOnce } from './spans.ts'
export { apart, currentWork, during, newWork, noteFact, traceparent, type Work, workOf } from './work.ts'
