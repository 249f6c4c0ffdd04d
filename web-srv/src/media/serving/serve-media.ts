import { extname } from 'node:path'
import type { Storage, StoredFile } from '../store/storage.ts'

const types: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
}

/**
 * Responds to GET and HEAD for a stored file, whole or one range of it, and with 404 for any other key. `onSend` is
 * called with the number of bytes of the file that will be sent.
 */
export function serveMedia(
  storage: Storage,
  key: string,
  request: Request,
  onSend: (bytes: number) => void = () => {},
): Response | Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return empty(405, { allow: 'GET, HEAD' })
  const file = storage.read(key)
  return file instanceof Promise
    ? file.then((stored) => respond(stored, key, request, onSend))
    : respond(file, key, request, onSend)
}

function respond(
  file: StoredFile | undefined,
  key: string,
  request: Request,
  onSend: (bytes: number) => void,
): Response {
  // Not cached, since the same content may be stored again.
  if (!file) return empty(404, { 'cache-control': 'no-store' })
  const etag = `"${key.slice(0, 64)}"`
  const headers = headersOf(key, etag, file)
  if (matches(request.headers.get('if-none-match'), etag)) return empty(304, headers)

  const range = mayRange(request, etag, headers['last-modified']) ? rangeOf(request.headers.get('range'), file) : 'all'
  if (range === 'none') return empty(416, { ...headers, 'content-range': `bytes */${file.bytes}` })
  const [start, end] = range === 'all' ? [0, file.bytes - 1] : range
  const sentHeaders: Record<string, string> = { ...headers, 'content-length': `${end - start + 1}` }
  if (range !== 'all') sentHeaders['content-range'] = `bytes ${start}-${end}/${file.bytes}`
  const status = range === 'all' ? 200 : 206
  if (request.method === 'HEAD') return new Response(null, { status, headers: sentHeaders })
  onSend(end - start + 1)
  return new Response(file.content.slice(start, end + 1), { status, headers: sentHeaders })
}

const empty = (status: number, headers: Record<string, string>) => new Response(null, { status, headers })

/** How long a cache may use a file without revalidation: a deleted file must be gone within 5 s. */
const freshSeconds = 2

const headersOf = (key: string, etag: string, file: StoredFile) => ({
  'content-type': types[extname(key)] ?? 'application/octet-stream',
  'accept-ranges': 'bytes',
  'cache-control': `public, max-age=${freshSeconds}, must-revalidate`,
  'content-disposition': 'inline',
  'content-security-policy': "default-src 'none'; sandbox",
  etag,
  'last-modified': file.modified.toUTCString(),
  'x-content-type-options': 'nosniff',
})

const matches = (list: string | null, etag: string) =>
  list
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag)

function mayRange(request: Request, etag: string, lastModified: string) {
  const condition = request.headers.get('if-range')
  return request.method === 'GET' && (condition === null || condition === etag || condition === lastModified)
}

/** First and last byte. `all` if the header is not a single range, which RFC 9110 lets us ignore. `none` if outside. */
function rangeOf(header: string | null, { bytes }: StoredFile): [number, number] | 'all' | 'none' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return 'all'
  if (match[1] === '') {
    const count = Number(match[2])
    return count === 0 || bytes === 0 ? 'none' : [Math.max(0, bytes - count), bytes - 1]
  }
  const start = Number(match[1])
  const end = match[2] === '' ? bytes - 1 : Number(match[2])
  if (match[2] !== '' && end < start) return 'all'
  return start >= bytes ? 'none' : [start, Math.min(end, bytes - 1)]
}
