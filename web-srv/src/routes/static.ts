import { type Connections, slowReaders } from '@douyin/upstream'
import { Elysia } from 'elysia'
import { plainRoute } from '../endpoint/spec.ts'
import type { AddressOf } from '../http/client-address.ts'
import { gradientPng } from '../media/image/placeholder-png.ts'
import { serveMedia } from '../media/serving/serve-media.ts'
import type { Storage } from '../media/store/storage.ts'

/** Number of different default pictures of each kind. Each is drawn once and cached. */
const variants = 48

const pictureSpec = plainRoute('The picture of a user who gave none', {
  200: 'A PNG.',
  404: 'Not a name such as 7.png.',
})
const mediaSpec = plainRoute('A video, its cover or a picture; always the same bytes, and 404 once it was deleted', {
  200: 'The file.',
  206: 'The range that was asked for.',
  304: 'It is what the caller has.',
  404: 'Not there.',
  416: 'The range is not in the file.',
})

/** Media by their keys, and default pictures for users without their own. */
export function staticRoutes(storage: Storage, addressOf: AddressOf) {
  const hold = slowReaders()
  const cachedPngs = new Map<string, Uint8Array<ArrayBuffer>>()

  function picture(kind: string, name: string, width: number, height: number): Response {
    const id = /^(\d{1,10})\.png$/.exec(name)?.[1]
    if (!id) return new Response(null, { status: 404 })
    const variant = `${kind}${Number(id) % variants}`
    const png = cachedPngs.get(variant) ?? new Uint8Array(gradientPng(variant, width, height))
    cachedPngs.set(variant, png)
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
    .get('/avatar/:name', ({ params }) => picture('avatar', params.name, 128, 128), pictureSpec)
    .get('/background/:name', ({ params }) => picture('background', params.name, 360, 180), pictureSpec)
    .get('/:key', media, mediaSpec)
    .head('/:key', media, mediaSpec)
}
