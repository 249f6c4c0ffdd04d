import { apart, during, newWork, type Work } from './request-context.ts'
import { span } from './spans.ts'

/**
 * Runs what is done at once for several requests, some of which may be none from outside. If all are one request, it is
 * that request's work. Else it belongs to none of them and gets an id of its own; the log line and the span of each
 * request name that id in `batch_ids`.
 */
export function duringBatch<Result>(works: (Work | undefined)[], run: () => Promise<Result>): Promise<Result> {
  const [first] = works
  if (works.every((work) => work?.traceId === first?.traceId)) return first ? during(first, run) : apart(run)
  const requests = works.filter((work) => work !== undefined)
  const batch = newWork(requests.some((work) => work.isSampled))
  const ids = [batch.traceId]
  for (const { facts } of requests) {
    const known = facts.batch_ids
    if (!Array.isArray(known)) facts.batch_ids = ids
    else if (known.at(-1) !== batch.traceId) facts.batch_ids = [...known, batch.traceId]
  }
  return Promise.resolve(span('batch', 'internal', batch, run, requests))
}
