import type { Message } from '../types.ts'

export type Link = 'connecting' | 'live' | 'polling'

interface SocketOptions {
  token: string
  /** The time of the newest message received: the server sends those after it. */
  after(): number
  onMessage(message: Message): void
  onLink(link: Link): void
  /** The server does not accept the token. */
  onRefused(): void
}

/** The close code for a token that the server does not accept. */
const signInFirst = 4401

const pingMs = 45_000
const maxBackoffMs = 20_000
/** A socket that the server closes sooner counts as a failed try. */
const minOpenMs = 5000
/** After this many failed tries in a row the client polls, and keeps retrying the socket. */
const triesBeforePolling = 3

/** Keeps a socket open until `close`, reconnecting with backoff. */
export function openSocket({ token, after, onMessage, onLink, onRefused }: SocketOptions): { close(): void } {
  let socket: WebSocket | undefined
  let failures = 0
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function connect(): void {
    clearTimeout(timer)
    if (isClosed) return
    const query = new URLSearchParams({ token, after: String(after()) })
    const opening = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/douyin/message/socket/?${query}`)
    socket = opening
    const ping = setInterval(() => opening.readyState === WebSocket.OPEN && opening.send('{"type":"ping"}'), pingMs)
    let openedAtMs = Number.POSITIVE_INFINITY
    opening.onopen = () => {
      openedAtMs = performance.now()
      onLink('live')
    }
    opening.onmessage = (event) => {
      const frame: { type?: string; message?: Message } = JSON.parse(String(event.data))
      if (frame.type === 'message' && frame.message) onMessage(frame.message)
    }
    opening.onclose = ({ code, wasClean }) => {
      clearInterval(ping)
      if (isClosed || socket !== opening) return
      if (code === signInFirst) onRefused()
      // A socket lost to the network had worked. One that the server closed soon after opening had not.
      const openMs = performance.now() - openedAtMs
      if (openMs > (wasClean ? minOpenMs : 0)) failures = 0
      failures++
      onLink(failures >= triesBeforePolling ? 'polling' : 'connecting')
      // Jitter, so that clients do not all reconnect at once when a server comes back.
      timer = setTimeout(connect, Math.min(maxBackoffMs, 400 * 2 ** failures) * (0.75 + Math.random() / 2))
    }
  }

  const reconnectNow = () => {
    if (socket?.readyState !== WebSocket.OPEN) connect()
  }
  addEventListener('online', reconnectNow)
  connect()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      removeEventListener('online', reconnectNow)
      socket?.close()
    },
  }
}
