import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/** One request from outside, whichever service works for it: its id goes along with every call, as W3C's trace id. */
export interface Work {
  /** 32 hexadecimal digits; in logs `request_id`. */
  traceId: string
  /** Of the part that runs here, 16 digits. */
  spanId: string
  isSampled: boolean
  /** What becomes known of it on the way, for its line in the log: never what somebody wrote. */
  facts: Record<string, string | number>
}

const storage = new AsyncLocalStorage<Work>()

/** What the code that runs now works for. */
export const currentWork = (): Work | undefined => storage.getStore()

export const during = <Result>(work: Work, run: () => Result): Result => storage.run(work, run)

/** Runs what goes on after the request that began it, and belongs to none. */
export const apart = <Result>(run: () => Result): Result => storage.exit(run)

/** Tells something about the work of now. */
export function noteFact(name: string, value: string | number): void {
  const work = storage.getStore()
  if (work) work.facts[name] = value
}

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
const zeros = /^0+$/

/** The work that a caller says it belongs to (W3C trace context), or new work. */
export function workOf(traceparent: string | null | undefined): Work {
  if (!traceparent) return newWork()
  const [, traceId = '0', spanId = '0', flags = '00'] = pattern.exec(traceparent) ?? []
  if (zeros.test(traceId) || zeros.test(spanId) || traceparent.startsWith('ff')) return newWork()
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1, facts: {} }
}

/** Work that begins here. */
export function newWork(): Work {
  if (at === digits.length) {
    digits = randomBytes(bytesEach * idsAtOnce).toString('hex')
    at = 0
  }
  const [spanAt, end] = [at + 32, at + 2 * bytesEach]
  const work = { traceId: digits.slice(at, spanAt), spanId: digits.slice(spanAt, end), isSampled: true, facts: {} }
  at = end
  return work
}

/** Random ones for many, since the call costs more than the bytes. */
const idsAtOnce = 256
const bytesEach = 24
let digits = ''
let at = 0

export const traceparent = ({ traceId, spanId, isSampled }: Work) =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
