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

/** One for each address at which callers reach us, of which there are few. */
const keptPages = 8
/** In examples where it is not known how the reader reaches us. */
const someServer = 'https://video.example.org'

/** The API description, for programs and for people, of the routes that are there when it is asked for. */
export function docsRoutes(routes: () => Route[], baseUrl: (request: Request) => string) {
  // At the first question: a start should not wait for what few ask.
  let api: OpenApi | undefined
  const described = () => {
    api ??= openApi(routes(), packageJson.version)
    return api
  }
  let forPrograms: Document | undefined
  const document = () => {
    forPrograms ??= textDocument(JSON.stringify(described()), 'application/json; charset=utf-8')
    return forPrograms
  }
  const pages = new LRUCache<string, Document>({
    max: keptPages,
    memoMethod: (base) =>
      textDocument(docsPage(described(), base || someServer, stylePath), 'text/html; charset=utf-8'),
  })
  const styleSheet = { ...textDocument(style, 'text/css; charset=utf-8'), immutable: true }

  const docs = ({ request }: { request: Request }) => sendDocument(pages.memo(baseUrl(request)), policy, request)

  return new Elysia()
    .get('/openapi.json', ({ request }) => sendDocument(document(), policy, request))
    .get('/docs', withRateLimit('page', docs))
    .get(stylePath, ({ request }) => sendDocument(styleSheet, policy, request))
}
