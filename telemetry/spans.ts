import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { type RequestContext, runWith } from './request-context.ts'

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const

let tracer: Tracer | undefined

/**
 * Sends spans to OTEL_EXPORTER_OTLP_ENDPOINT, by HTTP, if that is set; nothing is loaded if not. Of what begins here the
 * share OTEL_TRACES_SAMPLER_ARG, else all; what others began as they say. The function it gives sends the rest.
 */
export async function exportSpans(service: string): Promise<() => Promise<void>> {
  if (!Bun.env.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {}
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const share = Number(Bun.env.OTEL_TRACES_SAMPLER_ARG || 1)
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': Bun.env.OTEL_SERVICE_NAME || service }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1000 })],
  })
  tracer = provider.getTracer('douyin')
  return () => provider.shutdown().catch(() => {})
}

/**
 * Runs a part of `parent`'s work, as a span of its own where spans are sent; else what `run` gives at once comes at once.
 * What a span says is its name and how it ended, never what somebody wrote.
 */
export function span<Result>(
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  run: (work: RequestContext) => Result | Promise<Result>,
  links: RequestContext[] = [],
): Result | Promise<Result> {
  return tracer ? traced(tracer, name, kind, parent, run, links) : runWith(parent, () => run(parent))
}

/** The same for a part that takes no time. */
export function instantSpan(name: string, kind: keyof typeof kinds, parent: RequestContext): void {
  if (tracer) start(tracer, name, kind, parent).end()
}

async function traced<Result>(
  by: Tracer,
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  run: (work: RequestContext) => Result | Promise<Result>,
  links: RequestContext[],
): Promise<Result> {
  const own = start(by, name, kind, parent, links)
  const work = parent.within(own.spanContext().spanId)
  try {
    return await runWith(work, () => run(work))
  } catch (error) {
    own.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    own.setAttributes(work.logFields())
    own.end()
  }
}

function start(
  by: Tracer,
  name: string,
  kind: keyof typeof kinds,
  parent: RequestContext,
  links: RequestContext[] = [],
): Span {
  const above = trace.setSpanContext(ROOT_CONTEXT, contextOf(parent))
  return by.startSpan(
    name,
    { kind: kinds[kind], links: [...new Set(links)].map((work) => ({ context: contextOf(work) })) },
    above,
  )
}

const contextOf = ({ traceId, spanId, isSampled }: RequestContext) => ({
  traceId,
  spanId,
  traceFlags: isSampled ? 1 : 0,
  isRemote: true,
})
