import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { newContext, type RequestContext, runDetached, runWith } from './request-context.ts'

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const

let tracer: Tracer | undefined

/**
 * Sends spans by HTTP to OTEL_EXPORTER_OTLP_ENDPOINT if that is set. Otherwise nothing is loaded. Of the requests that
 * begin here, the ratio OTEL_TRACES_SAMPLER_ARG is sampled, by default all. For others, the caller decides. The
 * returned function sends the remaining spans.
 */
export async function exportSpans(service: string): Promise<() => Promise<void>> {
  if (!Bun.env.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {}
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const samplingRatio = Number(Bun.env.OTEL_TRACES_SAMPLER_ARG || 1)
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': Bun.env.OTEL_SERVICE_NAME || service }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(samplingRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1000 })],
  })
  tracer = provider.getTracer('douyin')
  return () => provider.shutdown().catch(() => {})
}

/**
 * Runs a part of `parent`'s work, as a span of its own if spans are sent. Otherwise a synchronous result of `run` stays
 * synchronous. A span has its name, its outcome and the fields of the request, never user input.
 */
export function span<Result>(
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  run: (context: RequestContext) => Result | Promise<Result>,
  links: RequestContext[] = [],
): Result | Promise<Result> {
  return tracer ? traced(tracer, name, kind, parent, run, links) : runWith(parent, () => run(parent))
}

/** A span for a part that takes no time. */
export function instantSpan(name: string, kind: keyof typeof kinds, parent: RequestContext): void {
  if (tracer) start(tracer, name, kind, parent).end()
}

/**
 * Runs work for several requests. Undefined stands for work that belongs to no request. If all are the same request,
 * the work runs in its context. Otherwise the work belongs to none of them and gets an id of its own. The log line and
 * the span of each request name that id in `batch_ids`.
 */
export function runInBatchContext<Result>(
  contexts: (RequestContext | undefined)[],
  run: () => Promise<Result>,
): Promise<Result> {
  const [first] = contexts
  if (contexts.every((context) => context?.traceId === first?.traceId))
    return first ? runWith(first, run) : runDetached(run)
  const requests = contexts.filter((context) => context !== undefined)
  const batch = newContext(requests.some((request) => request.isSampled))
  const ids = [batch.traceId]
  for (const { fields } of requests) {
    const earlierIds = fields.batch_ids
    if (!Array.isArray(earlierIds)) fields.batch_ids = ids
    else if (earlierIds.at(-1) !== batch.traceId) fields.batch_ids = [...earlierIds, batch.traceId]
  }
  return Promise.resolve(span('batch', 'internal', batch, run, requests))
}

async function traced<Result>(
  tracer: Tracer,
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  run: (context: RequestContext) => Result | Promise<Result>,
  links: RequestContext[],
): Promise<Result> {
  const ownSpan = start(tracer, name, kind, parent, links)
  const context = parent.within(ownSpan.spanContext().spanId)
  try {
    return await runWith(context, () => run(context))
  } catch (error) {
    ownSpan.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    ownSpan.setAttributes(context.logFields())
    ownSpan.end()
  }
}

function start(
  tracer: Tracer,
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  links: RequestContext[] = [],
): Span {
  const parentContext = trace.setSpanContext(ROOT_CONTEXT, contextOf(parent))
  return tracer.startSpan(
    name,
    { kind: kinds[kind], links: [...new Set(links)].map((context) => ({ context: contextOf(context) })) },
    parentContext,
  )
}

const contextOf = ({ traceId, spanId, isSampled }: RequestContext) => ({
  traceId,
  spanId,
  traceFlags: isSampled ? 1 : 0,
  isRemote: true,
})
