import { newContext, type RequestContext, runDetached, runWith } from './request-context.ts'
import { span } from './spans.ts'

/**
 * Runs what is done at once for several requests, some of which may be none from outside. If all are one request, it is
 * that request's work. Else it belongs to none of them and gets an id of its own; the log line and the span of each
 * request name that id in `batch_ids`.
 */
export function runInBatchContext<Result>(
  works: (RequestContext | undefined)[],
  run: () => Promise<Result>,
): Promise<Result> {
  const [first] = works
  if (works.every((work) => work?.traceId === first?.traceId)) return first ? runWith(first, run) : runDetached(run)
  const requests = works.filter((work) => work !== undefined)
  const batch = newContext(requests.some((work) => work.isSampled))
  const ids = [batch.traceId]
  for (const { fields } of requests) {
    const known = fields.batch_ids
    if (!Array.isArray(known)) fields.batch_ids = ids
    else if (known.at(-1) !== batch.traceId) fields.batch_ids = [...known, batch.traceId]
  }
  return Promise.resolve(span('batch', 'internal', batch, run, requests))
}
