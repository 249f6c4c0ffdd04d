import type { VideoInfo } from '@douyin/proto'
import { Elysia } from 'elysia'
import { pagePolicy, playerFiles } from '../../player/serve.ts'
import { sendDocument, textDocument } from '../document.ts'
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
  for (const [path, file] of files)
    if (path !== '/') routes.get(path, ({ request }) => sendDocument(file, pagePolicy, request))
  for (const path of pages) routes.get(path, ({ request }) => sendDocument(page, pagePolicy, request))

  /** Tells those who only read the page's head, such as a messenger that shows a link, what they will see. */
  return routes.get('/v/:id', async ({ params, request }) => {
    const id = Number(/^\d{1,10}$/.exec(params.id)?.[0] ?? 0)
    const asked = id > 0 && id < 2 ** 31 ? [id] : []
    // A page without such tags works all the same.
    const found = await feed.getVideoList({ videoId: asked, without_comment_list: true }).catch(() => undefined)
    const video = found?.videoInfos[0]
    const tags = video ? describe(video, baseUrl(request)) : ''
    const described = textDocument(
      html.replace('<!--head-->', () => tags),
      page.type,
    )
    return sendDocument(described, pagePolicy, request)
  })
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
