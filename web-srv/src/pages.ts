import type { User } from '@douyin/proto'
import type * as v from 'valibot'
import { failure, sendLater } from './answer.ts'
import { type Answered, type Description, described, type Promised } from './description.ts'
import { type Caller, check, type Endpoints, type Incoming, requireSignedIn, tokenIn } from './endpoint.ts'
import type { Memory } from './memory.ts'
import { makePage, type Page, personal } from './page.ts'
import { readParameters } from './parameters.ts'
import { viewerFacts } from './viewer-facts.ts'

/** An answer that is the same for all callers but for their hearts and follows. */
export interface Question<Answer extends v.ObjectEntries> {
  /** Equal for questions with equal answers; what URLs begin with need not be in it. */
  key: string
  /** As a guest sees it. `missing`: why it is not whole, which is good enough for guests only. */
  make: () => Promise<{ fields: Answered<Answer>; missing?: Error }>
}

export type Pages = ReturnType<typeof pages>

/** Makes handlers of which many callers share the work: see page.ts for what each has for herself. */
export function pages({ identify, session, log }: Endpoints, kept: Memory<Page>, user: Pick<User, 'getViewersFacts'>) {
  const factsOf = viewerFacts(user)

  function page<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    question: (input: v.InferOutput<Schema>, caller: Caller) => Question<Answer>,
    promised: Promised<Answer>,
    token: Description['token'] = 'optional',
  ) {
    const { empty } = promised

    async function bytesFor({ request, server }: Incoming) {
      const parameters = await readParameters(request)
      const caller = await identify(request, server, parameters)
      if (token === 'required') requireSignedIn(caller)
      const { key, make } = question(check(input, parameters), caller)
      const fullKey = `${caller.base} ${key}`
      const page = await kept.get(fullKey, async () => {
        const { fields, missing } = await make()
        return makePage(fields, missing)
      })
      const shown = caller.viewerId > 0 ? await laidOver(page, caller.viewerId) : page
      const shownToken = tokenIn(request.url)
      if (saysWhoAsks(request, shownToken, caller)) {
        // An object for each URL: two routes share a page, but not its place.
        const hers = { ...shown, token: shownToken }
        kept.keepWith(fullKey, page, request.url, hers, shown.bytes.length)
      }
      return shown.bytes
    }

    const handler = async ({ request, server }: Incoming): Promise<Response> => {
      try {
        return sendLater(await bytesFor({ request, server }))
      } catch (error) {
        return failure(error, request, log, empty)
      }
    }
    return described(handler, { ...promised, input, token })
  }

  async function laidOver(page: Page, viewerId: number): Promise<Page> {
    // Names that are not known would look as if there were none.
    if (page.missing) throw page.missing
    return { ...page, bytes: personal(page, await factsOf({ viewerId, page })) }
  }

  /** Is all that says who asks in the URL, where it can be seen at a glance? */
  function saysWhoAsks({ headers }: Request, token: string | undefined, { viewerId }: Caller): boolean {
    if (headers.has('authorization')) return false
    return token === undefined ? viewerId === 0 : viewerId > 0 && session.known(token) === viewerId
  }

  /** A token that was good when the answer was kept may have expired. */
  function isStillHers({ headers }: Request, { token }: Page): boolean {
    if (headers.has('authorization')) return false
    return token === undefined || session.known(token) !== undefined
  }

  /** A question that was just answered is answered again without reading it. */
  function known(request: Request): Page | undefined {
    if (request.method !== 'GET') return undefined
    const page = kept.known(request.url)
    return page && isStillHers(request, page) ? page : undefined
  }

  return { page, known }
}
