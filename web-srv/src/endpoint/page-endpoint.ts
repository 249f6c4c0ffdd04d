import type { User } from '@douyin/proto'
import type * as v from 'valibot'
import { failure, sendLater } from '../http/envelope.ts'
import { makePage, type Page, withViewerFlags } from '../page/page-bytes.ts'
import type { PageCache } from '../page/page-cache.ts'
import { viewerFacts } from '../page/viewer-facts.ts'
import { type Caller, check, type Endpoints, type HandlerInput, requireSignedIn } from './endpoint.ts'
import { readParameters } from './parameters.ts'
import { type EndpointSpec, type ResponseFields, type ResponseSpec, withSpec } from './spec.ts'

/** An answer that is the same for all callers but for their hearts and follows. */
export interface PageQuery<Answer extends v.ObjectEntries> {
  /** Equal for questions with equal answers; what URLs begin with need not be in it. */
  key: string
  /** As a guest sees it. `missing`: why it is not whole, which is good enough for guests only. */
  make: () => Promise<{ fields: ResponseFields<Answer>; missing?: Error }>
}

export type PageEndpoints = ReturnType<typeof pageEndpoints>

/** Makes handlers of which many callers share the work: see page-bytes.ts for what each has for herself. */
export function pageEndpoints(
  { identify, log }: Endpoints,
  kept: PageCache<Page>,
  user: Pick<User, 'getViewersFacts'>,
) {
  const factsOf = viewerFacts(user)

  function page<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    question: (input: v.InferOutput<Schema>, caller: Caller) => PageQuery<Answer>,
    promised: ResponseSpec<Answer>,
    token: EndpointSpec['token'] = 'optional',
  ) {
    const { empty } = promised

    async function bytesFor({ request, server }: HandlerInput) {
      const parameters = await readParameters(request)
      const caller = await identify(request, server, parameters)
      if (token === 'required') requireSignedIn(caller)
      const { key, make } = question(check(input, parameters), caller)
      const fullKey = `${caller.base} ${key}`
      const page = await kept.get(fullKey, async () => {
        const { fields, missing } = await make()
        return makePage(fields, missing)
      })
      if (caller.viewerId > 0) return overlayViewer(page, caller.viewerId)
      if (isOfGuest(request)) kept.setAlias(fullKey, page, request.url)
      return page.bytes
    }

    const handler = async ({ request, server }: HandlerInput): Promise<Response> => {
      try {
        return sendLater(await bytesFor({ request, server }))
      } catch (error) {
        return failure(error, request, log, empty)
      }
    }
    return withSpec(handler, { ...promised, input, token })
  }

  async function overlayViewer(page: Page, viewerId: number): Promise<Page['bytes']> {
    // Names that are not known would look as if there were none.
    if (page.missing) throw page.missing
    return withViewerFlags(page, await factsOf({ viewerId, page }))
  }

  /** The page that a guest has just got at the same URL. */
  function cachedPage(request: Request): Page | undefined {
    return request.method === 'GET' && isOfGuest(request) ? kept.peek(request.url) : undefined
  }

  return { page, cachedPage }
}

/** True only if the request has no token, good or bad, not even one whose name is percent-encoded. */
const isOfGuest = ({ headers, url }: Request) => !headers.has('authorization') && !/token|%/.test(url)
