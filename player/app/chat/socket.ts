import type { Message } from '../types.ts'

export type Link = 'connecting' | 'live' | 'polling'

interface SocketOptions {
  token: string
  /** The greatest time seen: the server sends what came later. */
  after(): number
  onMessage(message: Message): void
  onLink(link: Link): void
  /** The server does not know the token. */
  onRefused(): void
}

/** As the server says it. */
const signInFirst = 4401

const pingMs = 45_000
const longestWaitMs = 20_000
/** A server that ends one sooner has no use for it now. */
const steadyMs = 5000
/** After so many tries in a row that failed, messages are asked for instead, and the socket is tried now and then. */
const triesBeforePolling = 3

/** Keeps a socket open for as long as it is wanted, through every cut. */
export function openSocket({ token, after, onMessage, onLink, onRefused }: SocketOptions): { close(): void } {
  let socket: WebSocket | undefined
  let failures = 0
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function connect(): void {
    clearTimeout(timer)
    if (isClosed) return
    const query = new URLSearchParams({ token, after: String(after()) })
    const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/douyin/message/socket/?${query}`)
    socket = mine
    const ping = setInterval(() => mine.readyState === WebSocket.OPEN && mine.send('{"type":"ping"}'), pingMs)
    let opened = Number.POSITIVE_INFINITY
    mine.onopen = () => {
      opened = performance.now()
      onLink('live')
    }
    mine.onmessage = (event) => {
      const frame: { type?: string; message?: Message } = JSON.parse(String(event.data))
      if (frame.type === 'message' && frame.message) onMessage(frame.message)
    }
    mine.onclose = ({ code, wasClean }) => {
      clearInterval(ping)
      if (isClosed || socket !== mine) return
      if (code === signInFirst) onRefused()
      // One that was cut on the way worked; one that the server opened only to end it did not.
      const openMs = performance.now() - opened
      if (openMs > (wasClean ? steadyMs : 0)) failures = 0
      failures++
      onLink(failures >= triesBeforePolling ? 'polling' : 'connecting')
      // Not all at once when a server comes back.
      timer = setTimeout(connect, Math.min(longestWaitMs, 400 * 2 ** failures) * (0.75 + Math.random() / 2))
    }
  }

  const hurry = () => {
    if (socket?.readyState !== WebSocket.OPEN) connect()
  }
  addEventListener('online', hurry)
  connect()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      removeEventListener('online', hurry)
      socket?.close()
    },
  }
}
