import { api, ok } from '../test/api.ts'
import { until } from '../test/stack.ts'
import type { Installation } from './installation.ts'

const callers = 16
/** What is sent closer to the signal than this may not have arrived before it. */
const onTheWayMs = 50
/** And on a busy machine a connection may take so long that it finds the door closed. */
const connectingMs = 200

interface Asked {
  began: number
  ended: number
  wrong?: string
}

/** What became of the requests that were under way when the signal came. */
export interface Stopped {
  underWay: number
  failed: string[]
  exitCodes: number[]
  seconds: number
}

/** Stops services, the one at the door first, while people read, sign up and publish as fast as they can. */
export async function stopUnderLoad(
  { base, compose, inspect }: Installation,
  door: string,
  services: string[],
  film: Blob,
): Promise<Stopped> {
  const load = await startLoad(base, film)
  await until(async () => load.asked.length > 4 * callers, 20_000)
  const began = performance.now()
  await compose('stop', '--timeout', '10', ...services)
  const seconds = (performance.now() - began) / 1000
  await load.stop()
  const signal = Number(/"time":(\d+)[^\n]*"msg":"stopping"/.exec(await compose('logs', '--tail', '1000', door))?.[1])
  const underWay = load.asked.filter((one) => one.began < signal - onTheWayMs && one.ended > signal)
  const exits = services.map(async (name) => (await inspect(name)).State.ExitCode)
  const failed = underWay.flatMap(({ began, wrong }) => {
    const foundItClosed = wrong?.includes('ECONN') && began > signal - connectingMs
    return wrong === undefined || foundItClosed ? [] : [wrong]
  })
  return { underWay: underWay.length, failed, exitCodes: await Promise.all(exits), seconds }
}

async function startLoad(base: string, film: Blob) {
  const { get, post, publish, register } = api(base)
  const stranger = () => crypto.randomUUID().slice(0, 30)
  const person = await register(stranger())
  const { token } = person
  const requests = [
    () => get('/douyin/feed/', { token }),
    () => publish(person, 'under load', film),
    () => post('/douyin/user/register/', { username: stranger(), password: 'correct horse' }),
    () => post('/douyin/user/login/', { username: person.name, password: 'correct horse' }),
  ]
  const asked: Asked[] = []
  let stopping = false
  async function call(index: number): Promise<void> {
    while (!stopping) {
      const began = Date.now()
      const wrong = await requests[index % requests.length]!()
        .then(ok)
        .then(() => undefined, String)
      asked.push({ began, ended: Date.now(), ...(wrong === undefined ? {} : { wrong }) })
      // A closed door answers at once: nobody knocks ten thousand times.
      if (wrong !== undefined) await Bun.sleep(50)
    }
  }
  const calls = Promise.all(Array.from({ length: callers }, (_, index) => call(index)))
  const stop = async () => {
    stopping = true
    await calls
  }
  return { asked, stop }
}
