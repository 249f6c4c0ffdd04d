import { Elysia } from 'elysia'
import type { Incoming } from '../endpoint.ts'
import { gradientPng } from '../media/picture.ts'
import { serveMedia } from '../media/serve.ts'
import type { Storage } from '../media/storage.ts'

/** So many different default pictures of a kind: each is painted once and kept. */
const variants = 48

/** Media by their keys, and the pictures of users who have given none. */
export function staticRoutes(storage: Storage) {
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

  return new Elysia({ prefix: '/static' })
    .get('/avatar/:name', ({ params }) => picture('avatar', params.name, 128, 128))
    .get('/background/:name', ({ params }) => picture('background', params.name, 360, 180))
    .get('/:key', ({ params, request }: { params: { key: string } } & Pick<Incoming, 'request'>) =>
      serveMedia(storage, params.key, request),
    )
    .head('/:key', ({ params, request }: { params: { key: string } } & Pick<Incoming, 'request'>) =>
      serveMedia(storage, params.key, request),
    )
}
