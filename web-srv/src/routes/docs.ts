import { Elysia } from 'elysia'
import { LRUCache } from 'lru-cache'
import packageJson from '../../../package.json' with { type: 'json' }
import operationStyle from '../api-docs/html/operation.css' with { type: 'text' }
import pageStyle from '../api-docs/html/page.css' with { type: 'text' }
import { docsPage } from '../api-docs/html/page.ts'
import { type OpenApi, openApi, type Route } from '../api-docs/openapi.ts'
import { withRateLimit } from '../endpoint/spec.ts'
import { type Document, sendDocument, textDocument } from '../http/document.ts'

const style = pageStyle + operationStyle
const stylePath = `/docs-${Bun.hash(style).toString(36)}.css`
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** One page for each address at which callers reach us. There are few. */
const maxCachedPages = 8
/** Used in the examples if the address at which the reader reaches us is unknown. */
const exampleServer = 'https://video.example.org'

/** The API description as JSON and as a page. It has the routes that exist at the first request. */
export function docsRoutes(routes: () => Route[], baseUrl: (request: Request) => string) {
  // Built at the first request: a start should not wait for a page that few readers need.
  let api: OpenApi | undefined
  const apiDescription = () => {
    api ??= openApi(routes(), packageJson.version)
    return api
  }
  let jsonDocument: Document | undefined
  const document = () => {
    jsonDocument ??= textDocument(JSON.stringify(apiDescription()), 'application/json; charset=utf-8')
    return jsonDocument
  }
  const pages = new LRUCache<string, Document>({
    max: maxCachedPages,
    memoMethod: (base) =>
      textDocument(docsPage(apiDescription(), base || exampleServer, stylePath), 'text/html; charset=utf-8'),
  })
  const styleSheet = { ...textDocument(style, 'text/css; charset=utf-8'), immutable: true }

  const docs = ({ request }: { request: Request }) => sendDocument(pages.memo(baseUrl(request)), policy, request)

  return new Elysia()
    .get('/openapi.json', ({ request }) => sendDocument(document(), policy, request))
    .get('/docs', withRateLimit('page', docs))
    .get(stylePath, ({ request }) => sendDocument(styleSheet, policy, request))
}
