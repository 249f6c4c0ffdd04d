import { newContext, type RequestContext, runDetached, runWith } from './request-context.ts'
import { span } from './spans.ts'

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
