import type { VideoInfo } from '@douyin/proto'
import { Elysia } from 'elysia'
import { LRUCache } from 'lru-cache'
import { withRateLimit } from '../endpoint/spec.ts'
import { type Document, sendDocument, textDocument } from '../http/document.ts'
import { pageContentSecurityPolicy, playerFiles } from '../http/player-files.ts'
import type { Services } from '../services.ts'
import { absolute } from '../views.ts'

/** Cached pages that name a video, so that each is compressed once. */
const maxCachedPages = 200

/** Paths at which the player opens. Its script reads the path. */
const pages = ['/following', '/upload', '/me', '/login', '/chat', '/chat/:id', '/u/:id']

/** The web player: a page, its script and its style, all in memory. */
export async function playerRoutes({ feed }: Services, baseUrl: (request: Request) => string) {
  const files = await playerFiles()
  const page = files.get('/')
  if (!page) throw new Error('the player has no page')
  const html = new TextDecoder().decode(page.body)
  const filledPages = new LRUCache<string, Document>({
    max: maxCachedPages,
    memoMethod: (text) => textDocument(text, page.type),
  })
  const routes = new Elysia()
  for (const [path, file] of files)
    if (path !== '/') routes.get(path, ({ request }) => sendDocument(file, pageContentSecurityPolicy, request))
  for (const path of pages) routes.get(path, ({ request }) => sendDocument(page, pageContentSecurityPolicy, request))

  /** Sends the page with `tags` in its head, and with the video that it shows first. */
  function send(request: Request, video: VideoInfo | undefined, tags = ''): Response {
    if (!video) return sendDocument(page!, pageContentSecurityPolicy, request)
    const filled = html.replace('<!--head-->', () => tags + cover(video)).replace('<!--film-->', () => film(video))
    return sendDocument(filledPages.memo(filled), pageContentSecurityPolicy, request)
  }

  const startPage = async ({ request }: { request: Request }) => {
    const newest = { time: 0, limit: 1, without_comment_list: true }
    const { videoInfos } = await feed.getVideos(newest).catch(() => ({ videoInfos: [] }))
    return send(request, videoInfos[0])
  }
  routes.get('/', withRateLimit('page', startPage))

  /** Describes the video for clients that only read the page's head, such as a messenger that shows a link. */
  const videoPage = async ({ params, request }: { params: { id: string }; request: Request }) => {
    const id = Number(/^\d{1,10}$/.exec(params.id)?.[0] ?? 0)
    const ids = id > 0 && id < 2 ** 31 ? [id] : []
    // A page without these tags also works.
    const response = await feed.getVideoList({ videoId: ids, without_comment_list: true }).catch(() => undefined)
    const video = response?.videoInfos[0]
    return send(request, video, video && describe(video, baseUrl(request)))
  }
  return routes.get('/v/:id', withRateLimit('page', videoPage))
}

// The browser starts to load both before it has the script that shows them.
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
  // Open Graph URLs must be absolute.
  const tags = { 'og:type': 'video.other', 'og:title': title, ...(base === '' ? {} : urls) }
  const meta = Object.entries(tags).map(([name, text]) => `<meta property="${name}" content="${Bun.escapeHTML(text)}">`)
  return meta.join('')
}
