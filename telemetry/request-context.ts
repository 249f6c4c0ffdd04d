import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

type FieldValue = string | number | string[]
type Fields = Record<string, FieldValue | (() => FieldValue)>

/** One request from outside, whichever service works for it: its id goes along with every call, as W3C's trace id. */
export class RequestContext {
  /** 32 hexadecimal digits; in logs `request_id`. */
  readonly traceId: string
  readonly isSampled: boolean
  /** What becomes known of it on the way, for its line in the log: never what somebody wrote. */
  readonly fields: Fields
  private ownSpanId: string | undefined

  constructor(traceId: string, spanId?: string, isSampled = true, facts: Fields = {}) {
    this.traceId = traceId
    this.isSampled = isSampled
    this.fields = facts
    this.ownSpanId = spanId
  }

  /** The facts, for whoever tells them. */
  logFields(): Record<string, FieldValue> {
    const known = Object.entries(this.fields)
    return Object.fromEntries(known.map(([name, fact]) => [name, typeof fact === 'function' ? fact() : fact]))
  }

  /** The same, as a part of it sees it. */
  within(spanId: string, facts = this.fields): RequestContext {
    return new RequestContext(this.traceId, spanId, this.isSampled, facts)
  }

  /** Of the part that runs here, 16 digits. Most of what is answered at once has no use for one. */
  get spanId(): string {
    this.ownSpanId ??= randomDigits(16)
    return this.ownSpanId
  }
}

const storage = new AsyncLocalStorage<RequestContext>()

/** What the code that runs now works for. */
export const currentContext = (): RequestContext | undefined => storage.getStore()

export const runWith = <Result>(work: RequestContext, run: () => Result): Result => storage.run(work, run)

/** Runs what goes on after the request that began it, and belongs to none. */
export const runDetached = <Result>(run: () => Result): Result => storage.exit(run)

/** Tells something about the work of now. What costs something to find out is a function, called if anybody is told. */
export function setField(name: string, fact: FieldValue | (() => FieldValue)): void {
  const work = storage.getStore()
  if (work) work.fields[name] = fact
}

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
const zeros = /^0+$/

/** The work that a caller says it belongs to (W3C trace context), or new work. */
export function parseTraceparent(traceparent: string | null | undefined): RequestContext {
  if (!traceparent) return newContext()
  const [, traceId = '0', spanId = '0', flags = '00'] = pattern.exec(traceparent) ?? []
  if (zeros.test(traceId) || zeros.test(spanId) || traceparent.startsWith('ff')) return newContext()
  return new RequestContext(traceId, spanId, (Number.parseInt(flags, 16) & 1) === 1)
}

/** Work that begins here. */
export const newContext = (isSampled = true) => new RequestContext(randomDigits(32), undefined, isSampled)

export const formatTraceparent = ({ traceId, spanId, isSampled }: RequestContext) =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/** Random bytes for many ids, since the call costs more than the bytes. */
const bytesAtOnce = 6144
let digits = ''
let at = 0

/** Hexadecimal ones. */
function randomDigits(count: 16 | 32): string {
  if (at + count > digits.length) {
    digits = randomBytes(bytesAtOnce).toString('hex')
    at = 0
  }
  at += count
  return digits.slice(at - count, at)
}
