import { Elysia } from 'elysia'
import { plainRoute } from '../endpoint/spec.ts'
import type { AddressOf } from '../http/client-address.ts'
import { gradientPng } from '../media/image/placeholder-png.ts'
import { serveMedia } from '../media/serving/serve-media.ts'
import { type Connections, slowReaders } from '../media/serving/slow-readers.ts'
import type { Storage } from '../media/store/storage.ts'

/** So many different default pictures of a kind: each is painted once and kept. */
const variants = 48

const painting = plainRoute('The picture of a user who gave none', { 200: 'A PNG.', 404: 'Not a name such as 7.png.' })
const mediaFile = plainRoute('A video, its cover or a picture; always the same bytes, and 404 once it was deleted', {
  200: 'The file.',
  206: 'The range that was asked for.',
  304: 'It is what the caller has.',
  404: 'Not there.',
  416: 'The range is not in the file.',
})

/** Media by their keys, and the pictures of users who have given none. */
export function staticRoutes(storage: Storage, addressOf: AddressOf) {
  const hold = slowReaders()
  const painted = new Map<string, Uint8Array<ArrayBuffer>>()

  function picture(kind: string, name: string, width: number, height: number): Response {
    const id = /^(\d{1,10})\.png$/.exec(name)?.[1]
    if (!id) return new Response(null, { status: 404 })
    const variant = `${kind}${Number(id) % variants}`
    const png = painted.get(variant) ?? new Uint8Array(gradientPng(variant, width, height))
    painted.set(variant, png)
    return new Response(png, {
      headers: {
        'content-type': 'image/png',
        'cache-control': 'public, max-age=86400',
        'x-content-type-options': 'nosniff',
      },
    })
  }

  const media = ({
    params,
    request,
    server,
  }: { params: { key: string } } & { request: Request; server: Connections | null }) =>
    serveMedia(storage, params.key, request, (bytes) => {
      if (server) hold(request, bytes, addressOf(request, server.requestIP(request)?.address), server)
    })

  return new Elysia({ prefix: '/static' })
    .get('/avatar/:name', ({ params }) => picture('avatar', params.name, 128, 128), painting)
    .get('/background/:name', ({ params }) => picture('background', params.name, 360, 180), painting)
    .get('/:key', media, mediaFile)
    .head('/:key', media, mediaFile)
}
