import { createServer } from 'node:net'

/** The ports that the services listen on, by setting. */
export type Ports = Record<'WEB_PORT' | 'USER_GRPC_PORT' | 'FEED_GRPC_PORT', number>

export function readPorts(environment: Record<string, string | undefined>): Ports {
  const port = (name: string, fallback: number) => {
    const text = environment[name] || String(fallback)
    if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) < 65_536) return Number(text)
    throw new Error(`${name} must be a port from 1 to 65535`)
  }
  return {
    WEB_PORT: port('WEB_PORT', 8080),
    USER_GRPC_PORT: port('USER_GRPC_PORT', 9081),
    FEED_GRPC_PORT: port('FEED_GRPC_PORT', 9082),
  }
}

/** Rejects, naming the setting to change, if another program listens on one of the ports. */
export async function demandFree(ports: Ports): Promise<void> {
  const settings = Object.entries(ports)
  for (const [index, [setting, port]] of settings.entries()) {
    const same = settings.slice(0, index).find(([, other]) => other === port)
    if (same) throw new Error(`${same[0]} and ${setting} are both ${port}`)
    if (await isFree(port)) continue
    throw new Error(
      `port ${port} is taken by another program: end it, or choose another with ${setting}=${port + 1000} bun dev`,
    )
  }
}

/** A port of this machine on which nothing listens at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

// On macOS, a bind to all addresses succeeds even if another program listens on 127.0.0.1 alone.
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '127.0.0.1'))
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
