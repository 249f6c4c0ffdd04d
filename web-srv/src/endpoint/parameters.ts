import { Failure } from '@douyin/proto'
import { receivedBody } from '../http/request-body.ts'

export type Parameters = Record<string, string>

/**
 * The parameters of a request, from the query and from the body (form, multipart or JSON). The query wins, and the
 * first value of a repeated name wins: the camp's own tests send everything twice.
 */
export async function readParameters(request: Request): Promise<Parameters> {
  const bytes = receivedBody(request)
  const body = bytes ? await readBody(bytes, request) : {}
  return { ...body, ...queryParameters(request) }
}

export function queryParameters({ url }: Request): Parameters {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? ''
  return firstOfEach(isPlain.test(query) ? plainPairs(query) : new URLSearchParams(`?${query}`))
}

/** A query without encoded characters, as most are. Splitting it here costs a third of URLSearchParams. */
const isPlain = /^[\w.~=&-]*$/

function plainPairs(query: string): [string, string][] {
  const parts = query.split('&').filter((part) => part !== '')
  return parts.map((part) => {
    const end = part.indexOf('=')
    return end === -1 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)]
  })
}

/** Like `readParameters`, with the files of a multipart form: the first of each name. */
export async function readForm(request: Request): Promise<{ fields: Parameters; files: Map<string, File> }> {
  const type = request.headers.get('content-type') ?? ''
  const bytes = receivedBody(request)
  const form = bytes && type.startsWith('multipart/form-data') ? await parseForm(bytes, type) : []
  const files = new Map<string, File>()
  for (const [name, value] of form) if (typeof value !== 'string' && !files.has(name)) files.set(name, value)
  const body = type.startsWith('multipart/form-data') ? plainFields(form) : await readParameters(request)
  return { fields: { ...body, ...queryParameters(request) }, files }
}

async function readBody(bytes: Uint8Array<ArrayBuffer>, request: Request): Promise<Parameters> {
  const type = request.headers.get('content-type') ?? ''
  if (bytes.length === 0) return {}
  if (type.startsWith('application/json')) return jsonParameters(bytes)
  if (type.startsWith('multipart/form-data')) return plainFields(await parseForm(bytes, type))
  // The app's HTTP library sends forms without a content type.
  return firstOfEach(new URLSearchParams(new TextDecoder().decode(bytes)))
}

type FormEntries = Iterable<[string, string | File]>

async function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormEntries> {
  return new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => {
    throw new Failure('MULTIPART_BROKEN')
  })
}

function plainFields(form: FormEntries): Parameters {
  return firstOfEach(
    [...form].flatMap(([name, value]): [string, string][] => (typeof value === 'string' ? [[name, value]] : [])),
  )
}

function jsonParameters(bytes: Uint8Array): Parameters {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Failure('JSON_BROKEN')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Failure('JSON_NOT_OBJECT')
  const plain = Object.entries(value).filter(([, item]) => ['string', 'number', 'boolean'].includes(typeof item))
  const texts = plain.map(([key, item]): [string, string] => [key, String(item)])
  // UTF-8 cannot encode a lone surrogate: the stored text would differ from the sent text.
  if (!texts.every(([, text]) => text.isWellFormed())) throw new Failure('JSON_LONE_SURROGATE')
  return firstOfEach(texts)
}

function firstOfEach(entries: Iterable<[string, string]>): Parameters {
  const parameters: Parameters = Object.create(null)
  for (const [key, value] of entries) parameters[key] ??= value
  return parameters
}
