import { expect, test } from 'bun:test'
import type { EndpointSpec } from '../endpoint/spec.ts'
import { loadShedder } from './load-shedding.ts'

const place = { endpoint: { summary: '' } as EndpointSpec, rule: 'read' } as const
const upload = { ...place, endpoint: { ...place.endpoint, body: 'streamed' } } as const
const request = new Request('http://localhost/')
const refused = new Response('refused')
const served = new Response('served')

/** Asks `count` times at once; `work` is what each of those let in waits for. */
function ask(within: ReturnType<typeof loadShedder>, count: number, work: () => Promise<unknown>) {
  return Array.from({ length: count }, () => within(request, place, () => work().then(() => served)))
}

/** How many of these are let in. */
async function letIn(within: ReturnType<typeof loadShedder>, count: number): Promise<number> {
  const gate = Promise.withResolvers<void>()
  const asked = ask(within, count, () => gate.promise)
  const answers = Promise.all(asked)
  await Promise.race([answers, Bun.sleep(200)])
  gate.resolve()
  return (await answers).filter((answer) => answer === served).length
}

/** Keeps `count` at work for so long. */
async function busy(
  within: ReturnType<typeof loadShedder>,
  count: number,
  forMs: number,
  work: () => Promise<unknown>,
) {
  const end = performance.now() + forMs
  const one = async () => {
    while (performance.now() < end) await within(request, place, work)
  }
  await Promise.all(Array.from({ length: count }, one))
}

test('as many as fit are let in, and the others are told that there is no room', async () => {
  const within = loadShedder(3, () => refused)
  expect(await letIn(within, 5)).toBe(3)
  expect(await letIn(within, 3)).toBe(3)
})

test('the faster the work goes the more are let in, and the slower the fewer', async () => {
  const within = loadShedder(20, () => refused, 4)
  await busy(within, 20, 900, () => Bun.sleep(1))
  const fast = await letIn(within, 1000)
  expect(fast).toBeGreaterThan(60)
  await busy(within, 20, 2500, () => Bun.sleep(400))
  expect(await letIn(within, 1000)).toBeLessThan(fast / 2)
})

test('a crowd that is served at once makes no difference to how many are let in', async () => {
  const within = loadShedder(100, () => refused, 50)
  for (let i = 0; i < 4; i++) {
    await Promise.all(ask(within, 60, () => Bun.sleep(1)))
    await Bun.sleep(260)
  }
  expect(await letIn(within, 200)).toBe(100)
})

test('nobody is turned away who needs no room: what is there at once, files and uploads', async () => {
  const within = loadShedder(1, () => refused)
  const gate = Promise.withResolvers<void>()
  const inside = ask(within, 1, () => gate.promise)
  expect(within(request, upload, () => served)).toBe(served)
  expect(within(request, {}, () => served)).toBe(served)
  expect(await within(request, place, () => served)).toBe(refused)
  gate.resolve()
  await Promise.all(inside)
  expect(within(request, place, () => served)).toBe(served)
})

test('a mob is turned away some at a time, first come first served', async () => {
  const within = loadShedder(1, () => refused)
  const gate = Promise.withResolvers<void>()
  const inside = ask(within, 1, () => gate.promise)
  const told: number[] = []
  const mob = ask(within, 400, async () => {}).map((one, i) => (one as Promise<unknown>).then(() => told.push(i)))
  await mob[0]
  await Promise.resolve()
  const first = told.length
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(200)
  await Promise.all(mob)
  expect(told).toEqual(Array.from({ length: 400 }, (_, i) => i))
  gate.resolve()
  await Promise.all(inside)
})
