import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

type FieldValue = string | number | string[]
type Fields = Record<string, FieldValue | (() => FieldValue)>

/** One request from outside, in any service that works for it. Its id goes along with every call, as W3C trace id. */
export class RequestContext {
  /** 32 hexadecimal digits; in logs `request_id`. */
  readonly traceId: string
  readonly isSampled: boolean
  /** Facts about the request, for its log line. Never user input. */
  readonly fields: Fields
  private ownSpanId: string | undefined

  constructor(traceId: string, spanId?: string, isSampled = true, fields: Fields = {}) {
    this.traceId = traceId
    this.isSampled = isSampled
    this.fields = fields
    this.ownSpanId = spanId
  }

  /** The fields with the functions called, for a log line or a span. */
  logFields(): Record<string, FieldValue> {
    const entries = Object.entries(this.fields)
    return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'function' ? value() : value]))
  }

  /** The same request in the context of one of its spans. */
  within(spanId: string, fields = this.fields): RequestContext {
    return new RequestContext(this.traceId, spanId, this.isSampled, fields)
  }

  /** The span id of the part that runs here, 16 digits. Created on first use, since most fast requests need none. */
  get spanId(): string {
    this.ownSpanId ??= randomDigits(16)
    return this.ownSpanId
  }
}

const storage = new AsyncLocalStorage<RequestContext>()

/** The request that the running code works for. */
export const currentContext = (): RequestContext | undefined => storage.getStore()

export const runWith = <Result>(context: RequestContext, run: () => Result): Result => storage.run(context, run)

/** Runs work that outlives the request that began it, and so belongs to no request. */
export const runDetached = <Result>(run: () => Result): Result => storage.exit(run)

/** Sets a field of the current request. A costly value is given as a function, called only if it is logged or sent. */
export function setField(name: string, value: FieldValue | (() => FieldValue)): void {
  const context = storage.getStore()
  if (context) context.fields[name] = value
}

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
const zeros = /^0+$/

/** The context that a caller sends (W3C trace context), or a new one. */
export function parseTraceparent(traceparent: string | null | undefined): RequestContext {
  if (!traceparent) return newContext()
  const [, traceId = '0', spanId = '0', flags = '00'] = pattern.exec(traceparent) ?? []
  if (zeros.test(traceId) || zeros.test(spanId) || traceparent.startsWith('ff')) return newContext()
  return new RequestContext(traceId, spanId, (Number.parseInt(flags, 16) & 1) === 1)
}

/** The context of a request that begins here. */
export const newContext = (isSampled = true) => new RequestContext(randomDigits(32), undefined, isSampled)

export const formatTraceparent = ({ traceId, spanId, isSampled }: RequestContext) =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/** Random bytes are fetched for many ids at once, since the call costs more than the bytes. */
const batchBytes = 6144
let digits = ''
let position = 0

/** Random hexadecimal digits. */
function randomDigits(count: 16 | 32): string {
  if (position + count > digits.length) {
    digits = randomBytes(batchBytes).toString('hex')
    position = 0
  }
  position += count
  return digits.slice(position - count, position)
}
