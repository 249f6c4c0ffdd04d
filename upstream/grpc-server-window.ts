import http2 from 'node:http2'

/** Gives every HTTP/2 server of this process that starts afterwards a flow-control window of this size. */
export function widenServerWindows(windowBytes: number): void {
  const createServer = http2.createServer
  http2.createServer = ((options: http2.ServerOptions, ...rest: []) => {
    const server = createServer(
      { ...options, settings: { ...options.settings, initialWindowSize: windowBytes } },
      ...rest,
    )
    server.on('session', (session) => session.setLocalWindowSize(windowBytes))
    return server
  }) as typeof createServer
}
