import { status } from '@grpc/grpc-js'
import * as v from 'valibot'
import { isReason, type Reason, reasons, type Values } from './reasons.ts'

type Rest<R extends Reason> =
  object extends Values<R> ? [values?: Values<R>, options?: ErrorOptions] : [values: Values<R>, options?: ErrorOptions]

/**
 * The one error that a caller can act on: a reason with its values. It crosses the wire unchanged, and web-srv/src/i18n
 * puts it into words. Every other error is a bug: it is logged where it happened, and the caller gets `INTERNAL`.
 */
export class Failure<R extends Reason = Reason> extends Error {
  readonly code: status
  readonly reason: R
  readonly values: Values<R>

  constructor(reason: R, ...[values = {} as Values<R>, options]: Rest<R>) {
    super(describe(reason, values), options)
    this.name = 'Failure'
    this.code = reasons[reason].code
    this.reason = reason
    this.values = values
  }
}

/** A text for logs and for gRPC clients that know no reasons, such as "video not found: id 5". */
function describe(reason: string, values: object): string {
  const text = reason.toLowerCase().replaceAll('_', ' ')
  const parts = Object.entries(values).map(([name, value]) => `${name} ${value}`)
  return parts.length > 0 ? `${text}: ${parts.join(', ')}` : text
}

/** The gRPC trailer of a failure. It distinguishes a service's own failure from one that grpc-js or a proxy created. */
export const failureKey = 'failure'

/** A failure as JSON, in ASCII: for gRPC trailers, for outcomes, and for messages of workers and schemas. */
export const encodeFailure = ({ reason, values }: Failure): string => JSON.stringify({ reason, values })

const encoded = v.pipe(v.string(), v.parseJson(), v.object({ reason: v.string(), values: v.unknown() }))

/**
 * The failure in this JSON. If there is none, or a reason or value that this version does not know, it is a failure
 * that says no more than the status code. Services of an earlier or a later version send such failures.
 */
export function decodeFailure(json: unknown, code: status): Failure {
  const { success, output } = v.safeParse(encoded, json)
  if (success && isReason(output.reason)) {
    const { output: values, success: isKnown } = v.safeParse(reasons[output.reason].values, output.values)
    if (isKnown) return new Failure(output.reason, values as Values<Reason>)
  }
  const name = status[code]
  return new Failure(name && isReason(name) ? name : 'UNKNOWN')
}

export { status }
