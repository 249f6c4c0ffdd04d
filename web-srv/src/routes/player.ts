import type { VideoInfo } from '@douyin/proto'
import { Elysia } from 'elysia'
import { LRUCache } from 'lru-cache'
import { feedPage } from '../endpoint/cursor.ts'
import { withRateLimit } from '../endpoint/spec.ts'
import { type Document, sendDocument, textDocument } from '../http/document.ts'
import { pageContentSecurityPolicy, playerFiles } from '../http/player-files.ts'
import type { Services } from '../services.ts'
import { absolute } from '../views.ts'

/** Pages that name a video: each is compressed once. */
const keptPages = 200

/** Addresses at which the player opens; it looks at them itself. */
const pages = ['/following', '/upload', '/me', '/login', '/chat', '/chat/:id', '/u/:id']

/** The web player: a page, its script and style, all of them in memory. */
export async function playerRoutes({ feed }: Services, baseUrl: (request: Request) => string) {
  const files = await playerFiles()
  const page = files.get('/')
  if (!page) throw new Error('the player has no page')
  const html = new TextDecoder().decode(page.body)
  const filledPages = new LRUCache<string, Document>({
    max: keptPages,
    memoMethod: (text) => textDocument(text, page.type),
  })
  const routes = new Elysia()
  for (const [path, file] of files)
    if (path !== '/') routes.get(path, ({ request }) => sendDocument(file, pageContentSecurityPolicy, request))
  for (const path of pages) routes.get(path, ({ request }) => sendDocument(page, pageContentSecurityPolicy, request))

  /** The page with tags for its head, and with the film that it shows first. */
  function send(request: Request, video: VideoInfo | undefined, tags = ''): Response {
    if (!video) return sendDocument(page!, pageContentSecurityPolicy, request)
    const filled = html.replace('<!--head-->', () => tags + cover(video)).replace('<!--film-->', () => film(video))
    return sendDocument(filledPages.memo(filled), pageContentSecurityPolicy, request)
  }

  // The question that the script is about to ask, which is answered once: see batched-services.ts.
  const first = async ({ request }: { request: Request }) => {
    const newest = { time: 0, limit: feedPage, without_comment_list: true }
    const { videoInfos } = await feed.getVideos(newest).catch(() => ({ videoInfos: [] }))
    return send(request, videoInfos[0])
  }
  routes.get('/', withRateLimit('page', first))

  /** Tells those who only read the page's head, such as a messenger that shows a link, what they will see. */
  const one = async ({ params, request }: { params: { id: string }; request: Request }) => {
    const id = Number(/^\d{1,10}$/.exec(params.id)?.[0] ?? 0)
    const asked = id > 0 && id < 2 ** 31 ? [id] : []
    // A page without such tags works all the same.
    const found = await feed.getVideoList({ videoId: asked, without_comment_list: true }).catch(() => undefined)
    const video = found?.videoInfos[0]
    return send(request, video, video && describe(video, baseUrl(request)))
  }
  return routes.get('/v/:id', withRateLimit('page', one))
}

// The browser begins with both before it has the script that shows them.
const cover = ({ coverUrl }: VideoInfo) =>
  `<link rel="preload" as="image" href="${Bun.escapeHTML(absolute(coverUrl, ''))}">`
const film = ({ playUrl }: VideoInfo) =>
  `<video hidden muted playsinline preload="auto" src="${Bun.escapeHTML(absolute(playUrl, ''))}"></video>`

/** Open Graph: ogp.me. */
function describe({ id, title, playUrl, coverUrl }: VideoInfo, base: string): string {
  const urls = {
    'og:url': `${base}/v/${id}`,
    'og:image': absolute(coverUrl, base),
    'og:video': absolute(playUrl, base),
  }
  // A URL there has to be whole.
  const tags = { 'og:type': 'video.other', 'og:title': title, ...(base === '' ? {} : urls) }
  const meta = Object.entries(tags).map(([name, text]) => `<meta property="${name}" content="${Bun.escapeHTML(text)}">`)
  return meta.join('')
}
