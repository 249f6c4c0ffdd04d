import { noteAsked } from './asked.ts'
import { language } from './language.ts'
import { token } from './token.ts'

/** Why the server, or the way to it, said no. */
export class Refusal extends Error {
  readonly kind: 'offline' | 'signedOut' | 'missing' | 'unknownPath' | 'tooOften' | 'refused' | 'away' | 'notOurs'
  /** The HTTP status, where a proxy answered in the server's place. */
  readonly http: number
  constructor(kind: Refusal['kind'], message: string, http = 0) {
    super(message)
    this.kind = kind
    this.http = http
  }
}

export type Fields = Record<string, string | number | undefined>
type Envelope = { status_code: number; status_msg: string }

let onExpired = (_sent: string) => {}
/** What to do when the server no longer knows the token that was sent. */
export function whenExpired(action: (sent: string) => void): void {
  onExpired = action
}

export function get<Answer>(path: string, fields: Fields = {}): Promise<Answer> {
  const query = new URLSearchParams(given(fields))
  return send(`${path}${query.size > 0 ? `?${query}` : ''}`, {})
}

export function post<Answer = object>(path: string, fields: Fields): Promise<Answer> {
  return send(path, { method: 'POST', body: new URLSearchParams(given(fields)) })
}

export function postForm<Answer>(path: string, form: FormData): Promise<Answer> {
  return send(path, { method: 'POST', body: form })
}

async function send<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const sent = token.value
  const askedMs = performance.now()
  const headers: Record<string, string> = { 'accept-language': language() }
  if (sent) headers.authorization = `Bearer ${sent}`
  const response = await fetch(`/douyin${path}`, { ...init, headers }).catch(() => {
    throw new Refusal('offline', '')
  })
  const answer: Answer | undefined = await response.json().catch(() => undefined)
  const refusal = refusalOf(response.status, answer)
  if (!refusal && answer) {
    noteAsked(answer, askedMs)
    return answer
  }
  if (refusal?.kind === 'signedOut' && sent) onExpired(sent)
  throw refusal ?? new Refusal('refused', '')
}

/** Why it is no success. Every answer of the server is an envelope; another one is of a proxy before it. */
export function refusalOf(http: number, answer: unknown): Refusal | undefined {
  if (http === 429) return new Refusal('tooOften', '')
  if (!isEnvelope(answer)) return new Refusal(http >= 502 ? 'away' : 'notOurs', '', http)
  if (http === 404) return new Refusal('unknownPath', answer.status_msg)
  if (answer.status_code === 0) return
  const kind = answer.status_code === 3 ? 'signedOut' : answer.status_code === 5 ? 'missing' : 'refused'
  return new Refusal(kind, answer.status_msg)
}

const isEnvelope = (answer: unknown): answer is Envelope =>
  typeof answer === 'object' && answer !== null && 'status_code' in answer && 'status_msg' in answer

function given(fields: Fields): Record<string, string> {
  const entries = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  return Object.fromEntries(entries)
}

/** Of our own server by whatever name it is called here, so that the page's policy lets it in. */
export function localUrl(url: string): string {
  const { pathname } = new URL(url, location.origin)
  return pathname.startsWith('/static/') ? pathname : url
}
