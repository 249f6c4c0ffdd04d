import { Elysia } from 'elysia'
import { signedIn } from '../api-docs/openapi-operation.ts'
import type { RateLimit } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import type { Inbox } from '../chat/inbox.ts'
import { tokenOf, userKey } from '../endpoint/endpoint.ts'
import { queryParameters } from '../endpoint/parameters.ts'
import { messageView } from '../views.ts'

/** RFC 6455: this server stops. */
const goingAway = 1001
/** Registered for it: user-srv is away, and nobody can say whose token it is. */
const tryAgain = 1013
/** Codes of our own for the end of a socket: RFC 6455 leaves 4000 to 4999 to applications. */
const signInFirst = 4401
const notUnderstood = 4400
const tooMuch = 4429

const maxFrames = 60
const framesPerMs = 60_000
/** Tabs and devices of one user; of more the oldest gives way. */
const maxPerUser = 20

/** Of all sockets of a server: a client has no more to say than that it is there. */
export const socketLimits = { maxPayloadLength: 1024, idleTimeout: 120 }

const detail = {
  summary: 'A WebSocket that pushes the caller’s messages',
  description:
    'Each message, sent or received, later than `after` comes as `{"type":"message","message":Message}`. ' +
    '`{"type":"ping"}` is answered by `{"type":"pong"}`. After a cut, connect again with the greatest `create_time` seen.',
  security: signedIn,
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

interface Connected {
  viewerId: number
  disconnect(): void
  close(code: number, reason: string): void
  frames: number
  since: number
}

/** Pushes the messages of the signed in: docs/http-api.md, "The socket". */
export function socketRoutes(inbox: Inbox, session: Session, rateLimit: RateLimit) {
  const connected = new Map<string, Connected>()
  const ofUser = new Map<number, Set<Connected>>()

  return new Elysia().ws('/douyin/message/socket', {
    detail,

    async open(ws) {
      const state: Connected = { viewerId: 0, disconnect() {}, close() {}, frames: 0, since: Date.now() }
      // Before her token is verified: what she says meanwhile is answered, and counted.
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
      // It may have been closed while the token was verified, and nobody would ever disconnect it.
      if (ws.readyState !== WebSocket.OPEN) return
      const after = /^\d{1,15}$/.exec(query.after ?? '')
      const send = (message: Parameters<typeof messageView>[0]) =>
        void ws.send(JSON.stringify({ type: 'message', message: messageView(message) }))
      const disconnect = inbox.connect(viewerId, Number(after?.[0] ?? 0), send, () => ws.close(goingAway))
      const close = (code: number, reason: string) => void ws.close(code, reason)
      Object.assign(state, { viewerId, disconnect, close })
      const others = ofUser.get(viewerId) ?? new Set()
      ofUser.set(viewerId, others.add(state))
      const [oldest] = others
      if (others.size <= maxPerUser || !oldest) return
      others.delete(oldest)
      oldest.close(tooMuch, 'too many connections')
    },

    message(ws, frame) {
      const state = connected.get(ws.id)
      if (!state) return
      if (Date.now() - state.since > framesPerMs) Object.assign(state, { frames: 0, since: Date.now() })
      if (++state.frames > maxFrames) return void ws.close(tooMuch, 'too many frames')
      if (!isPing(frame)) return void ws.close(notUnderstood, 'only {"type":"ping"} is understood')
      ws.send('{"type":"pong"}')
    },

    close(ws) {
      const state = connected.get(ws.id)
      if (!state) return
      connected.delete(ws.id)
      state.disconnect()
      const others = ofUser.get(state.viewerId)
      others?.delete(state)
      if (others?.size === 0) ofUser.delete(state.viewerId)
    },
  })
}

/** Does it pass without a failure? */
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
