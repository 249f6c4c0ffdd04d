import { Failure, type Log, status } from '@douyin/proto'
import { setField } from '@douyin/telemetry'
import { localize } from '../i18n/localize.ts'
import { TooBusy } from './load-shedding.ts'
import { TooSlow } from './request-body.ts'
import { securityHeaders } from './security-headers.ts'
import { TooLarge } from './too-large.ts'
import { TooOften } from './too-often.ts'

/** What the endpoint's keys are when it fails: clients stumble over a key that is not there. */
export type EmptyFields = Record<string, unknown>

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  ...securityHeaders,
}

/** status_code of a failure; 0 is success, 1 everything that is not the caller's doing. */
const statusCodes: Partial<Record<status, number>> = {
  [status.UNAUTHENTICATED]: 3,
  [status.INVALID_ARGUMENT]: 4,
  [status.NOT_FOUND]: 5,
  [status.ALREADY_EXISTS]: 2,
  [status.PERMISSION_DENIED]: 8,
  [status.RESOURCE_EXHAUSTED]: 10,
}

/** An answer that is given within the turn of its request. */
export function sendNow(bytes: Uint8Array<ArrayBuffer>, requestId: string): Response {
  return new Response(bytes, { headers: { ...headers, 'x-request-id': requestId } })
}

/** An answer that had to wait for something. */
export function sendLater(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(later(bytes), { headers })
}

/** Headers and all, it does not fit what Bun sends at once. */
const largeBytes = 14_000

/**
 * Bun 1.4.5 sends each header of a large answer by system calls of its own if the answer comes later than its request's
 * turn, which costs ten times as much as all the rest. A stream of one piece does not suffer from it.
 */
function later(body: Uint8Array<ArrayBuffer>): Bun.BodyInit {
  if (body.length < largeBytes) return body
  return new ReadableStream({
    start(controller) {
      controller.enqueue(body)
      controller.close()
    },
  })
}

export function success(fields: object): Response {
  return envelope(200, 0, 'success', fields)
}

/** A failure is HTTP 200, as the camp's clients want it; only what is not about business has a status of its own. */
export function failure(error: unknown, request: Request, log: Log, empty: EmptyFields = {}): Response {
  const refuse = (http: number, code: number, message: string, more: object = {}) =>
    envelope(http, code, localize(message, request), empty, more)
  // What is still coming is not read, so the connection is of no more use.
  if (error instanceof TooLarge) return refuse(413, 4, error.message, { connection: 'close' })
  if (error instanceof TooSlow) return refuse(408, 4, error.message, { connection: 'close' })
  if (error instanceof TooOften) return refuse(429, 10, error.message, { 'retry-after': String(error.retryAfterS) })
  if (error instanceof TooBusy) return refuse(503, 1, error.message, { 'retry-after': String(error.retryAfterS) })
  if (error instanceof Failure) return refuse(200, statusCodes[error.code] ?? 1, error.message)
  log.error({ err: error }, 'a request failed')
  return refuse(500, 1, 'internal error')
}

export function envelope(
  http: number,
  statusCode: number,
  message: string,
  fields: object,
  more: object = {},
): Response {
  if (statusCode !== 0) setField('code', statusCode)
  const body = JSON.stringify({ status_code: statusCode, status_msg: message, ...fields })
  const isLarge = Buffer.byteLength(body) >= largeBytes
  return new Response(isLarge ? later(Buffer.from(body)) : body, { status: http, headers: { ...headers, ...more } })
}
