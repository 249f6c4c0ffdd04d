import { invalid } from '@douyin/proto'
import { TooLarge } from './too-large.ts'

export type Parameters = Record<string, string>

const maxBodyBytes = 1 << 20

/**
 * What a client sent, wherever it put it: the query first, then the body (form, multipart or JSON). One value each:
 * the camp's own tests send everything twice.
 */
export async function readParameters(request: Request): Promise<Parameters> {
  const body = request.body ? await readBody(request) : {}
  return { ...body, ...queryParameters(request) }
}

export function queryParameters(request: Request): Parameters {
  return firstOfEach(new URL(request.url).searchParams)
}

async function readBody(request: Request): Promise<Parameters> {
  const type = request.headers.get('content-type') ?? ''
  const bytes = await readBytes(request)
  if (bytes.length === 0) return {}
  if (type.startsWith('application/json')) return jsonParameters(bytes)
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => {
      throw invalid('the multipart body is broken')
    })
    const plain = [...form].flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as [string, string]] : [],
    )
    return firstOfEach(plain)
  }
  // The app's library sends forms without naming them.
  return firstOfEach(new URLSearchParams(new TextDecoder().decode(bytes)))
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > maxBodyBytes) throw new TooLarge('request', maxBodyBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function jsonParameters(bytes: Uint8Array): Parameters {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw invalid('the JSON body is broken')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('the JSON body must be an object')
  const plain = Object.entries(value).filter(([, one]) => ['string', 'number', 'boolean'].includes(typeof one))
  return firstOfEach(plain.map(([key, one]) => [key, String(one)]))
}

function firstOfEach(entries: Iterable<[string, string]>): Parameters {
  const parameters: Parameters = Object.create(null)
  for (const [key, value] of entries) parameters[key] ??= value
  return parameters
}
