import type { User } from '@douyin/proto'
import type * as v from 'valibot'
import { failure, sendLater } from '../http/envelope.ts'
import { makePage, type Page, withViewerFlags } from '../page/page-bytes.ts'
import type { PageCache, Subject } from '../page/page-cache.ts'
import { viewerFacts } from '../page/viewer-facts.ts'
import { type Caller, check, type Endpoints, type HandlerInput, requireSignedIn } from './endpoint.ts'
import { readParameters } from './parameters.ts'
import { type EndpointSpec, type ResponseFields, type ResponseSpec, withSpec } from './spec.ts'

/** A response that is the same for all callers, except for their likes and follows. */
export interface PageQuery<Answer extends v.ObjectEntries> {
  /** The cache key. Requests with the same key get the same response. The URL prefix is added to it. */
  key: string
  /** The user or video that the page is about. A page is also about its viewer. */
  subject?: Subject
  /** Makes the page as a guest sees it. `missing`: why it is incomplete. An incomplete page is for guests only. */
  make: () => Promise<{ fields: ResponseFields<Answer>; missing?: Error }>
}

export type PageEndpoints = ReturnType<typeof pageEndpoints>

/** Makes handlers that share one page among many callers: see page-bytes.ts for the flags of each viewer. */
export function pageEndpoints({ identify, log }: Endpoints, cache: PageCache, user: Pick<User, 'getViewersFacts'>) {
  const factsOf = viewerFacts(user)

  function page<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    queryOf: (input: v.InferOutput<Schema>, caller: Caller) => PageQuery<Answer>,
    response: ResponseSpec<Answer>,
    token: EndpointSpec['token'] = 'optional',
  ) {
    const { empty } = response

    async function bytesFor({ request, server }: HandlerInput) {
      const parameters = await readParameters(request)
      const caller = await identify(request, server, parameters)
      if (token === 'required') requireSignedIn(caller)
      const { key, subject, make } = queryOf(check(input, parameters), caller)
      const fullKey = `${caller.base} ${key}`
      const subjects = subject ? [subject] : []
      if (caller.viewerId > 0) subjects.push(`user ${caller.viewerId}`)
      const page = await cache.get(fullKey, subjects, async () => {
        const { fields, missing } = await make()
        return makePage(fields, missing)
      })
      if (caller.viewerId > 0) return overlayViewer(page, caller.viewerId)
      if (isOfGuest(request)) cache.setUrl(request.url, fullKey, subjects)
      return page.bytes
    }

    const handler = async ({ request, server }: HandlerInput): Promise<Response> => {
      try {
        return sendLater(await bytesFor({ request, server }))
      } catch (error) {
        return failure(error, request, log, empty)
      }
    }
    return withSpec(handler, { ...response, input, token })
  }

  async function overlayViewer(page: Page, viewerId: number): Promise<Page['bytes']> {
    // An unknown name would look like an empty name.
    if (page.missing) throw page.missing
    return withViewerFlags(page, await factsOf({ viewerId, page }))
  }

  /** The cached page that a guest got at the same URL. */
  function cachedPage(request: Request): Page | undefined {
    return request.method === 'GET' && isOfGuest(request) ? cache.ofUrl(request.url) : undefined
  }

  return { page, cachedPage }
}

/** True only if the request has no token at all, valid or not, not even with a percent-encoded parameter name. */
const isOfGuest = ({ headers, url }: Request) => !headers.has('authorization') && !/token|%/.test(url)
