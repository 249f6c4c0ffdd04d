import { Elysia } from 'elysia'
import { signedInSecurity } from '../api-docs/openapi-operation.ts'
import type { RateLimit } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import type { Inbox } from '../chat/inbox.ts'
import { tokenOf, userKey } from '../endpoint/endpoint.ts'
import { queryParameters } from '../endpoint/parameters.ts'
import { messageView } from '../views.ts'

/** RFC 6455: the server stops. */
const goingAway = 1001
/** A registered code: user-srv is down, so the token cannot be verified. */
const tryAgain = 1013
/** Our own close codes: RFC 6455 leaves 4000 to 4999 to applications. */
const signInFirst = 4401
const badFrame = 4400
const tooMuch = 4429

const maxFrames = 60
const framesPerMs = 60_000
/** Tabs and devices of one user. Beyond that the oldest socket is closed. */
const maxPerUser = 20

/** For all sockets of a server. A client only sends pings. */
export const socketLimits = { maxPayloadLength: 1024, idleTimeout: 120 }

const detail = {
  summary: 'A WebSocket that pushes the caller’s messages',
  description:
    'Each message, sent or received, later than `after` comes as `{"type":"message","message":Message}`. ' +
    '`{"type":"ping"}` is answered by `{"type":"pong"}`. After a cut, connect again with the greatest `create_time` seen.',
  security: signedInSecurity,
  parameters: [
    {
      name: 'after',
      in: 'query' as const,
      required: false,
      schema: { type: 'integer' as const, format: 'int64' as const },
    },
  ],
  responses: { 101: { description: 'It is open; without a good token it closes with 4401.' } },
}

interface SocketState {
  viewerId: number
  disconnect(): void
  close(code: number, reason: string): void
  frames: number
  since: number
}

/** Pushes messages to signed-in users: docs/http-api.md, "The socket". */
export function socketRoutes(inbox: Inbox, session: Session, rateLimit: RateLimit) {
  const connected = new Map<string, SocketState>()
  const socketsOfUser = new Map<number, Set<SocketState>>()

  return new Elysia().ws('/douyin/message/socket', {
    detail,

    async open(ws) {
      const state: SocketState = { viewerId: 0, disconnect() {}, close() {}, frames: 0, since: Date.now() }
      // Before the token is verified, so that frames that come meanwhile are answered and counted.
      connected.set(ws.id, state)
      const { request } = ws.data
      const mayOpen = (key: string) => isWithin(() => rateLimit.count('socket', key))
      if (!mayOpen(rateLimit.addressOf(request, ws.remoteAddress))) return void ws.close(tooMuch, 'too often')
      const query = queryParameters(request)
      const away = () => 'away' as const
      const viewerId = await session.userOf(tokenOf(request, query) ?? '').catch(away)
      if (viewerId === 'away') return void ws.close(tryAgain)
      if (!viewerId) return void ws.close(signInFirst, 'please sign in')
      const key = userKey(viewerId)
      if (!mayOpen(key)) return void ws.close(tooMuch, 'too often')
      // If the socket was closed while the token was verified, `close` has run already and nothing would disconnect it.
      if (ws.readyState !== WebSocket.OPEN) return
      const after = /^\d{1,15}$/.exec(query.after ?? '')
      const send = (message: Parameters<typeof messageView>[0]) =>
        void ws.send(JSON.stringify({ type: 'message', message: messageView(message) }))
      const disconnect = inbox.connect(viewerId, Number(after?.[0] ?? 0), send, () => ws.close(goingAway))
      const close = (code: number, reason: string) => void ws.close(code, reason)
      Object.assign(state, { viewerId, disconnect, close })
      const sockets = socketsOfUser.get(viewerId) ?? new Set()
      socketsOfUser.set(viewerId, sockets.add(state))
      const [oldest] = sockets
      if (sockets.size <= maxPerUser || !oldest) return
      sockets.delete(oldest)
      oldest.close(tooMuch, 'too many connections')
    },

    message(ws, frame) {
      const state = connected.get(ws.id)
      if (!state) return
      if (Date.now() - state.since > framesPerMs) Object.assign(state, { frames: 0, since: Date.now() })
      if (++state.frames > maxFrames) return void ws.close(tooMuch, 'too many frames')
      if (!isPing(frame)) return void ws.close(badFrame, 'only {"type":"ping"} is understood')
      ws.send('{"type":"pong"}')
    },

    close(ws) {
      const state = connected.get(ws.id)
      if (!state) return
      connected.delete(ws.id)
      state.disconnect()
      const sockets = socketsOfUser.get(state.viewerId)
      sockets?.delete(state)
      if (sockets?.size === 0) socketsOfUser.delete(state.viewerId)
    },
  })
}

/** True if `count` does not throw. */
function isWithin(count: () => void): boolean {
  try {
    count()
    return true
  } catch {
    return false
  }
}

function isPing(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && 'type' in frame && frame.type === 'ping'
}
