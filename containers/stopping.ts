import { api, ok } from '../test/api.ts'
import { until } from '../test/stack.ts'
import type { ComposeInstallation } from './installation.ts'

const callers = 16
/** A request that is sent less than this before the signal may arrive after it. */
const transitMs = 50
/** On a busy machine, connecting may take so long that the port is closed by then. */
const connectingMs = 200

interface SentRequest {
  began: number
  ended: number
  error?: string
}

/** The result of the requests that were in flight when the signal came. */
export interface Stopped {
  inFlight: number
  failed: string[]
  exitCodes: number[]
  seconds: number
}

/** Stops the services, the public one first, while clients read, register, sign in and publish as fast as they can. */
export async function stopUnderLoad(
  { base, compose, inspect }: ComposeInstallation,
  publicService: string,
  services: string[],
  film: Blob,
): Promise<Stopped> {
  const load = await startLoad(base, film)
  await until(async () => load.requests.length > 4 * callers, 20_000)
  const began = performance.now()
  await compose('stop', '--timeout', '10', ...services)
  const seconds = (performance.now() - began) / 1000
  await load.stop()
  const signal = Number(
    /"time":(\d+)[^\n]*"msg":"stopping"/.exec(await compose('logs', '--tail', '1000', publicService))?.[1],
  )
  const inFlight = load.requests.filter(({ began, ended }) => began < signal - transitMs && ended > signal)
  const exits = services.map(async (name) => (await inspect(name)).State.ExitCode)
  const failed = inFlight.flatMap(({ began, error }) => {
    const isPortClosed = error?.includes('ECONN') && began > signal - connectingMs
    return error === undefined || isPortClosed ? [] : [error]
  })
  return { inFlight: inFlight.length, failed, exitCodes: await Promise.all(exits), seconds }
}

async function startLoad(base: string, film: Blob) {
  const { get, post, publish, register } = api(base)
  const randomName = () => crypto.randomUUID().slice(0, 30)
  const person = await register(randomName())
  const { token } = person
  const kinds = [
    () => get('/douyin/feed/', { token }),
    () => publish(person, 'under load', film),
    () => post('/douyin/user/register/', { username: randomName(), password: 'correct horse' }),
    () => post('/douyin/user/login/', { username: person.name, password: 'correct horse' }),
  ]
  const requests: SentRequest[] = []
  let stopping = false
  async function call(index: number): Promise<void> {
    while (!stopping) {
      const began = Date.now()
      const error = await kinds[index % kinds.length]!()
        .then(ok)
        .then(() => undefined, String)
      requests.push({ began, ended: Date.now(), ...(error === undefined ? {} : { error }) })
      // A closed port rejects at once. The pause avoids ten thousand attempts.
      if (error !== undefined) await Bun.sleep(50)
    }
  }
  const calls = Promise.all(Array.from({ length: callers }, (_, index) => call(index)))
  const stop = async () => {
    stopping = true
    await calls
  }
  return { requests, stop }
}
