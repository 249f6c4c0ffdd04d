import { type Answer, api } from '../api.ts'

export interface Load {
  sent: number
  failed: string[]
  longestMs: number
  stop(): Promise<Load>
}

/**
 * Clients that send requests without a pause. If a base accepts no connection, the client uses the next one, as a load
 * balancer does: nothing was sent yet. Everything else that is no success counts as failed.
 */
export function load(
  bases: string[],
  clients: number,
  send: (http: ReturnType<typeof api>, i: number) => Promise<Answer>,
): Load {
  const https = bases.map(api)
  const result: Load = { sent: 0, failed: [], longestMs: 0, stop }
  let stopped = false

  async function once(i: number): Promise<void> {
    const startMs = performance.now()
    result.sent++
    let problem = 'no base accepts connections'
    for (let turn = 0; turn < https.length; turn++) {
      try {
        const answer = await send(https[(i + turn) % https.length]!, i)
        problem = answer.http === 200 && answer.status_code === 0 ? '' : `${answer.http} ${answer.status_msg}`
        break
      } catch (error) {
        problem = String(error)
        if (!/ECONNREFUSED|Unable to connect/.test(problem)) break
      }
    }
    if (problem) result.failed.push(problem)
    result.longestMs = Math.max(result.longestMs, performance.now() - startMs)
  }

  const running = Array.from({ length: clients }, async (_, client) => {
    for (let i = client; !stopped; i++) await once(i)
  })

  async function stop(): Promise<Load> {
    stopped = true
    await Promise.all(running)
    return result
  }

  return result
}
