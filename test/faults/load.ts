import { type Answer, api } from '../api.ts'

export interface Load {
  asked: number
  failed: string[]
  longestMs: number
  stop(): Promise<Load>
}

/**
 * Clients that ask again and again; a base that takes no connection is passed over for the next, as a load balancer does,
 * since nothing was sent to it. Whatever else is no success is a failure.
 */
export function load(
  bases: string[],
  clients: number,
  ask: (http: ReturnType<typeof api>, i: number) => Promise<Answer>,
): Load {
  const https = bases.map(api)
  const result: Load = { asked: 0, failed: [], longestMs: 0, stop }
  let stopped = false

  async function once(i: number): Promise<void> {
    const begun = performance.now()
    result.asked++
    let told = 'no base takes connections'
    for (let turn = 0; turn < https.length; turn++) {
      try {
        const answer = await ask(https[(i + turn) % https.length]!, i)
        told = answer.http === 200 && answer.status_code === 0 ? '' : `${answer.http} ${answer.status_msg}`
        break
      } catch (error) {
        told = String(error)
        if (!/ECONNREFUSED|Unable to connect/.test(told)) break
      }
    }
    if (told) result.failed.push(told)
    result.longestMs = Math.max(result.longestMs, performance.now() - begun)
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
