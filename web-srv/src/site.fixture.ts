import type { Feed, User } from '@douyin/proto'
import { app } from './app.ts'
import { rateLimit } from './auth/rate-limit.ts'
import { sessions } from './auth/session.ts'
import { inbox } from './chat/inbox.ts'
import type { MediaPipeline } from './media/upload/accept.ts'
import { batchedServices } from './page/batched-services.ts'
import { type Clock, pageCache } from './page/page-cache.ts'

type Methods<Service> = Partial<Record<keyof Service, unknown>>

const session = sessions('a secret of at least thirty-two bytes')

/** A token of this user, valid at every site of this fixture. */
export const tokenFor = (userId: number) => session.issue(userId)

/**
 * The whole API on these methods, with caches and batches as in production. Returns functions that call a URL, and what
 * was logged.
 */
export async function site(user: Methods<User>, feed: Methods<Feed>, shareMs: number, clock?: Clock) {
  const logged: Record<string, unknown>[] = []
  const log = (fields: object) => void logged.push({ ...fields })
  const messages = {
    listInbox: async () => ({ messages: [] }),
    listMessagesSince: async () => ({ messages: [], last_id: 0 }),
  }
  const pages = pageCache(shareMs, clock)
  const services = batchedServices({ user, feed } as unknown as { user: User; feed: Feed }, pages)
  const api = await app(services, {
    pages,
    session,
    inbox: inbox(messages),
    media: { storage: { read: async () => undefined } } as unknown as MediaPipeline,
    rateLimit: rateLimit(false),
    baseUrl: (request) => new URL(request.url).origin,
    timeZone: 'UTC',
    isReady: async () => true,
    log: { debug: log, info: log, error: log },
  })
  const get = (url: string, init?: RequestInit) => api.handle(new Request(new URL(url, 'http://localhost').href, init))
  /** The parsed JSON response of a URL. */
  const read = async (url: string, init?: RequestInit) => JSON.parse(await (await get(url, init)).text())
  return { get, read, logged }
}
