import { Elysia } from 'elysia'
import { LRUCache } from 'lru-cache'
import packageJson from '../../../package.json' with { type: 'json' }
import operationStyle from '../docs/operation.css' with { type: 'text' }
import pageStyle from '../docs/page.css' with { type: 'text' }
import { docsPage } from '../docs/page.ts'
import { type OpenApi, openApi, type Route } from '../openapi.ts'

const style = pageStyle + operationStyle
const hash = (text: string) => Bun.hash(text).toString(36)
const stylePath = `/docs-${hash(style)}.css`
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** One for each address at which callers reach us, of which there are few. */
const keptPages = 8

/** The API description, for programs and for people, of the routes that are there when it is asked for. */
export function docsRoutes(routes: () => Route[], baseUrl: (request: Request) => string) {
  // At the first question: a start should not wait for what few ask.
  let api: OpenApi | undefined
  const described = () => {
    api ??= openApi(routes(), packageJson.version)
    return api
  }
  const pages = new LRUCache<string, string>({
    max: keptPages,
    memoMethod: (base) => docsPage(described(), base, stylePath),
  })

  return new Elysia()
    .get('/openapi.json', ({ request }) =>
      send(request, JSON.stringify(described()), 'application/json; charset=utf-8'),
    )
    .get('/docs', ({ request }) => send(request, pages.memo(baseUrl(request)), 'text/html; charset=utf-8'))
    .get(stylePath, ({ request }) => send(request, style, 'text/css; charset=utf-8'))
}

function send(request: Request, text: string, type: string): Response {
  const etag = `"${hash(text)}"`
  const headers = {
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  if (!request.headers.get('accept-encoding')?.includes('gzip')) return new Response(text, { headers })
  return new Response(Bun.gzipSync(text), { headers: { ...headers, 'content-encoding': 'gzip' } })
}
