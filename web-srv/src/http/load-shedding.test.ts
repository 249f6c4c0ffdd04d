import { expect, test } from 'bun:test'
import type { EndpointSpec } from '../endpoint/spec.ts'
import { loadShedder } from './load-shedding.ts'

const endpointRoute = { endpoint: { summary: '' } as EndpointSpec, rule: 'read' } as const
const upload = { ...endpointRoute, endpoint: { ...endpointRoute.endpoint, body: 'streamed' } } as const
const request = new Request('http://localhost/')
const rejected = new Response('rejected')
const served = new Response('served')

/** Sends `count` concurrent requests. Each admitted one waits for `work`. */
function send(admit: ReturnType<typeof loadShedder>, count: number, work: () => Promise<unknown>) {
  return Array.from({ length: count }, () => admit(request, endpointRoute, () => work().then(() => served)))
}

/** How many of `count` concurrent requests are admitted. */
async function admitted(admit: ReturnType<typeof loadShedder>, count: number): Promise<number> {
  const gate = Promise.withResolvers<void>()
  const sent = send(admit, count, () => gate.promise)
  const answers = Promise.all(sent)
  await Promise.race([answers, Bun.sleep(200)])
  gate.resolve()
  return (await answers).filter((answer) => answer === served).length
}

/** Keeps `count` requests in flight for `forMs`. */
async function keepBusy(
  admit: ReturnType<typeof loadShedder>,
  count: number,
  forMs: number,
  work: () => Promise<unknown>,
) {
  const end = performance.now() + forMs
  const client = async () => {
    while (performance.now() < end) await admit(request, endpointRoute, work)
  }
  await Promise.all(Array.from({ length: count }, client))
}

test('requests up to the limit are admitted, and the others are rejected', async () => {
  const admit = loadShedder(3, () => rejected)
  expect(await admitted(admit, 5)).toBe(3)
  expect(await admitted(admit, 3)).toBe(3)
})

test('the limit grows with the throughput and shrinks with it', async () => {
  const admit = loadShedder(20, () => rejected, 4)
  await keepBusy(admit, 20, 900, () => Bun.sleep(1))
  const fast = await admitted(admit, 1000)
  expect(fast).toBeGreaterThan(60)
  await keepBusy(admit, 20, 2500, () => Bun.sleep(400))
  expect(await admitted(admit, 1000)).toBeLessThan(fast / 2)
})

test('a burst that is served quickly does not change the limit', async () => {
  const admit = loadShedder(100, () => rejected, 50)
  for (let i = 0; i < 4; i++) {
    await Promise.all(send(admit, 60, () => Bun.sleep(1)))
    await Bun.sleep(260)
  }
  expect(await admitted(admit, 200)).toBe(100)
})

test('what takes no place is never rejected: synchronous responses, files and uploads', async () => {
  const admit = loadShedder(1, () => rejected)
  const gate = Promise.withResolvers<void>()
  const inFlight = send(admit, 1, () => gate.promise)
  expect(admit(request, upload, () => served)).toBe(served)
  expect(admit(request, {}, () => served)).toBe(served)
  expect(await admit(request, endpointRoute, () => served)).toBe(rejected)
  gate.resolve()
  await Promise.all(inFlight)
  expect(admit(request, endpointRoute, () => served)).toBe(served)
})

test('many rejections are sent in batches, in order of arrival', async () => {
  const admit = loadShedder(1, () => rejected)
  const gate = Promise.withResolvers<void>()
  const inFlight = send(admit, 1, () => gate.promise)
  const rejectedOrder: number[] = []
  const overflow = send(admit, 400, async () => {}).map((response, i) =>
    (response as Promise<unknown>).then(() => rejectedOrder.push(i)),
  )
  await overflow[0]
  await Promise.resolve()
  const firstBatch = rejectedOrder.length
  expect(firstBatch).toBeGreaterThan(0)
  expect(firstBatch).toBeLessThan(200)
  await Promise.all(overflow)
  expect(rejectedOrder).toEqual(Array.from({ length: 400 }, (_, i) => i))
  gate.resolve()
  await Promise.all(inFlight)
})
