import type { Feed, User } from '@douyin/proto'
import type { Route } from '../web-srv/src/api-docs/openapi.ts'
import { app } from '../web-srv/src/app.ts'
import { rateLimit } from '../web-srv/src/auth/rate-limit.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { inbox } from '../web-srv/src/chat/inbox.ts'
import type { MediaPipeline } from '../web-srv/src/media/upload/accept.ts'
import { tokenSecret } from './stack.ts'

/** The routes of the HTTP API, built without services: their metadata can be read, their handlers cannot be called. */
export async function listRoutes(): Promise<Route[]> {
  const api = await app({ user: {}, feed: {} } as unknown as { user: User; feed: Feed }, {
    session: sessions(tokenSecret),
    inbox: inbox({
      listInbox: async () => ({ messages: [] }),
      listMessagesSince: async () => ({ messages: [], last_id: 0 }),
    }),
    media: {} as MediaPipeline,
    rateLimit: rateLimit(false),
    baseUrl: () => 'http://localhost',
    timeZone: 'UTC',
    isReady: async () => true,
    log: { info() {}, error() {} },
  })
  return api.routes
}
