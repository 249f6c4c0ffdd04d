import { pictures, texts } from '../player.gen.ts'
import type { Document } from './document.ts'

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
}

/** The files by URL path. The page itself is at `/`. Tags about one video replace its `<!--head-->`. */
export async function playerFiles(): Promise<Map<string, Document>> {
  const files = new Map<string, Document>()
  for (const [path, text] of Object.entries(texts)) {
    const body = new TextEncoder().encode(text)
    files.set(path, { ...kindOf(path), body, gzip: Bun.gzipSync(body, { level: 9 }) })
  }
  for (const [path, base64] of Object.entries(pictures)) {
    files.set(path, { ...kindOf(path), body: new Uint8Array(Buffer.from(base64, 'base64')) })
  }
  return files
}

/** The page may load and call only its own origin. */
export const pageContentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

function kindOf(path: string): Pick<Document, 'type' | 'immutable'> {
  const ending = path.split('.')[1] ?? ''
  return { type: types[ending] ?? 'text/html; charset=utf-8', immutable: path.startsWith('/app-') }
}
