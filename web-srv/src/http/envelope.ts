import { Failure, type Log, type Reason, status } from '@douyin/proto'
import { setField } from '@douyin/telemetry'
import { lateBody } from '@douyin/upstream'
import { localize } from '../i18n/localize.ts'
import { securityHeaders } from './security-headers.ts'

/** Values of the endpoint's keys in a failure: clients break when a key is missing. */
export type EmptyFields = Record<string, unknown>

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  ...securityHeaders,
}

/** status_code of a failure. 0 is success. 1 is any failure that the caller did not cause. */
const statusCodes: Partial<Record<status, number>> = {
  [status.UNAUTHENTICATED]: 3,
  [status.INVALID_ARGUMENT]: 4,
  [status.NOT_FOUND]: 5,
  [status.ALREADY_EXISTS]: 2,
  [status.PERMISSION_DENIED]: 8,
  [status.RESOURCE_EXHAUSTED]: 10,
}

/** A response made within the event-loop turn of its request. */
export function sendNow(bytes: Uint8Array<ArrayBuffer>, requestId: string): Response {
  return new Response(bytes, { headers: { ...headers, 'x-request-id': requestId } })
}

/** A response made after an await. */
export function sendLater(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(lateBody(bytes), { headers })
}

export function success(fields: object): Response {
  return envelope(200, 0, 'success', fields)
}

/** A business failure is HTTP 200, as the camp's clients expect. Any other failure has its own HTTP status. */
export function failure(error: unknown, request: Request, log: Log, empty: EmptyFields = {}): Response {
  if (error instanceof Failure) return failureEnvelope(error, request, empty)
  log.error({ err: error }, 'a request failed')
  return failureEnvelope(new Failure('INTERNAL'), request, empty)
}

const httpStatuses: Partial<Record<Reason, number>> = {
  INTERNAL: 500,
  METHOD_NOT_ALLOWED: 405,
  PATH_NOT_FOUND: 404,
  REQUEST_TOO_LARGE: 413,
  REQUEST_TOO_SLOW: 408,
  TOO_BUSY: 503,
  TOO_OFTEN: 429,
  UPLOAD_TOO_LARGE: 413,
}

function failureEnvelope(failure: Failure, request: Request, empty: EmptyFields): Response {
  const { code, reason, values } = failure
  const httpStatus = httpStatuses[reason] ?? 200
  return envelope(httpStatus, statusCodes[code] ?? 1, localize(failure, request), empty, {
    ...('retryAfterS' in values && { 'retry-after': String(values.retryAfterS) }),
    // The rest of the body is not read, so the connection cannot be used again.
    ...((httpStatus === 408 || httpStatus === 413) && { connection: 'close' }),
  })
}

export function envelope(
  httpStatus: number,
  statusCode: number,
  message: string,
  fields: object,
  extraHeaders: object = {},
): Response {
  if (statusCode !== 0) setField('code', statusCode)
  const body = JSON.stringify({ status_code: statusCode, status_msg: message, ...fields })
  return new Response(lateBody(body), {
    status: httpStatus,
    headers: { ...headers, ...extraHeaders },
  })
}
