import type { VideoInfo } from '@douyin/proto'
import { Elysia } from 'elysia'
import { type PlayerFile, pagePolicy, playerFiles } from '../../player/serve.ts'
import type { Services } from '../services.ts'
import { absolute } from '../views.ts'

/** Addresses at which the player opens; it looks at them itself. */
const pages = ['/', '/following', '/upload', '/me', '/login', '/chat', '/chat/:id', '/u/:id']

/** The web player: a page, its script and style, all of them in memory. */
export async function playerRoutes({ feed }: Services, baseUrl: (request: Request) => string) {
  const files = await playerFiles()
  const page = files.get('/')
  if (!page) throw new Error('the player has no page')
  const html = new TextDecoder().decode(page.body)
  const routes = new Elysia()
  for (const [path, file] of files) if (path !== '/') routes.get(path, ({ request }) => send(file, request))
  for (const path of pages) routes.get(path, ({ request }) => send(page, request))

  /** Tells those who only read the page's head, such as a messenger that shows a link, what they will see. */
  return routes.get('/v/:id', async ({ params, request }) => {
    const id = Number(/^\d{1,10}$/.exec(params.id)?.[0] ?? 0)
    const asked = id > 0 && id < 2 ** 31 ? [id] : []
    // A page without such tags works all the same.
    const found = await feed.getVideoList({ videoId: asked, without_comment_list: true }).catch(() => undefined)
    const video = found?.videoInfos[0]
    const tags = video ? describe(video, baseUrl(request)) : ''
    const body = new TextEncoder().encode(html.replace('<!--head-->', () => tags))
    return send({ body, type: page.type, immutable: false }, request)
  })
}

function send({ body, gzip, type, immutable }: PlayerFile, request: Request): Response {
  const etag = `"${Bun.hash(body).toString(36)}"`
  const headers: Record<string, string> = {
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': pagePolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  if (!gzip || !request.headers.get('accept-encoding')?.includes('gzip')) return new Response(body, { headers })
  return new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
}

/** Open Graph: ogp.me. */
function describe({ id, title, playUrl, coverUrl }: VideoInfo, base: string): string {
  const tags = {
    'og:type': 'video.other',
    'og:title': title,
    'og:url': `${base}/v/${id}`,
    'og:image': absolute(coverUrl, base),
    'og:video': absolute(playUrl, base),
  }
  const meta = Object.entries(tags).map(([name, text]) => `<meta property="${name}" content="${Bun.escapeHTML(text)}">`)
  return meta.join('')
}
