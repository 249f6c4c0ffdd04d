import { language } from './language.ts'
import { noteRequestTime } from './request-times.ts'
import { token } from './token.ts'

/**
 * A request that failed.
 * - `offline`: no answer arrived
 * - `signedOut`: the server does not accept the token
 * - `missing`: the thing requested does not exist
 * - `unknownPath`: the server has no such endpoint
 * - `tooOften`: the rate limit was reached
 * - `refused`: any other failure that the server reports
 * - `away`: HTTP 502 or above from a proxy, not from the server
 * - `notOurs`: another answer that does not come from the server
 */
export class ApiError extends Error {
  readonly kind: 'offline' | 'signedOut' | 'missing' | 'unknownPath' | 'tooOften' | 'refused' | 'away' | 'notOurs'
  /** The HTTP status when a proxy answered in the server's place, otherwise 0. */
  readonly http: number
  constructor(kind: ApiError['kind'], message: string, http = 0) {
    super(message)
    this.kind = kind
    this.http = http
  }
}

export type Fields = Record<string, string | number | undefined>
type Envelope = { status_code: number; status_msg: string }

let onExpired = (_sentToken: string) => {}
/** Sets the listener for requests whose token the server no longer accepts. */
export function onTokenExpired(action: (sentToken: string) => void): void {
  onExpired = action
}

export function get<Answer>(path: string, fields: Fields = {}): Promise<Answer> {
  const query = new URLSearchParams(definedFields(fields))
  return send(`${path}${query.size > 0 ? `?${query}` : ''}`, {})
}

export function post<Answer = object>(path: string, fields: Fields): Promise<Answer> {
  return send(path, { method: 'POST', body: new URLSearchParams(definedFields(fields)) })
}

export function postForm<Answer>(path: string, form: FormData): Promise<Answer> {
  return send(path, { method: 'POST', body: form })
}

async function send<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const sentToken = token.value
  const startMs = performance.now()
  const headers: Record<string, string> = { 'accept-language': language() }
  if (sentToken) headers.authorization = `Bearer ${sentToken}`
  const response = await fetch(`/douyin${path}`, { ...init, headers }).catch(() => {
    throw new ApiError('offline', '')
  })
  const answer: Answer | undefined = await response.json().catch(() => undefined)
  const error = apiErrorOf(response.status, answer)
  if (!error && answer) {
    noteRequestTime(answer, startMs)
    return answer
  }
  if (error?.kind === 'signedOut' && sentToken) onExpired(sentToken)
  throw error ?? new ApiError('refused', '')
}

/** Returns undefined on success. Every answer of the server is an envelope, so any other answer comes from a proxy. */
export function apiErrorOf(http: number, answer: unknown): ApiError | undefined {
  if (http === 429) return new ApiError('tooOften', '')
  if (!isEnvelope(answer)) return new ApiError(http >= 502 ? 'away' : 'notOurs', '', http)
  if (http === 404) return new ApiError('unknownPath', answer.status_msg)
  if (answer.status_code === 0) return
  const kind = answer.status_code === 3 ? 'signedOut' : answer.status_code === 5 ? 'missing' : 'refused'
  return new ApiError(kind, answer.status_msg)
}

const isEnvelope = (answer: unknown): answer is Envelope =>
  typeof answer === 'object' && answer !== null && 'status_code' in answer && 'status_msg' in answer

function definedFields(fields: Fields): Record<string, string> {
  const entries = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  return Object.fromEntries(entries)
}

/** Strips the origin of our own media URLs: the server may know itself by another host name than the page does, and the
 * page's content security policy allows its own origin only. */
export function localUrl(url: string): string {
  const { pathname } = new URL(url, location.origin)
  return pathname.startsWith('/static/') ? pathname : url
}
