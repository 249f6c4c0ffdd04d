import { expect, test } from 'bun:test'
import { type Connections, slowReaders } from './bun-slow-readers.ts'

const limits = { perAddress: 3, total: 5, bytesPerSecond: 1000, renewMs: 1 }
const large = 1_000_000

/** A server that records which timers are renewed, and a clock that the test sets. */
function fakeServer() {
  const open = new Map<Request, string>()
  let renewed = new Set<Request>()
  let clock = 0
  const server: Connections = {
    requestIP: (request) => (open.has(request) ? { address: open.get(request)! } : null),
    timeout: (request) => void renewed.add(request),
  }
  const hold = slowReaders(limits, () => clock)
  const call = (address = '203.0.113.9', bytes = large) => {
    const request = new Request('http://localhost/static/a.mp4')
    open.set(request, address)
    hold(request, bytes, address, server)
    return request
  }
  return {
    call,
    end: (request: Request) => open.delete(request),
    pass: (ms: number) => {
      clock += ms
    },
    /** For each request, whether its timer is renewed from now on. */
    async held(...requests: Request[]) {
      renewed = new Set()
      await Bun.sleep(limits.renewMs * 5)
      return requests.map((request) => renewed.has(request))
    },
  }
}

test('a large response is held until it ends, and no longer', async () => {
  const { call, end, held } = fakeServer()
  const [one, other] = [call(), call()]
  expect(await held(one, other)).toEqual([true, true])
  end(one)
  expect(await held(one, other)).toEqual([false, true])
  end(other)
  expect(await held(one, other)).toEqual([false, false])
  const later = call()
  expect(await held(later)).toEqual([true])
})

test('a small response, for which the idle timeout is long enough, is not held', async () => {
  const { call, held } = fakeServer()
  expect(await held(call(undefined, 29_000))).toEqual([false])
})

test('a client that reads nothing is dropped when the slowest client would have read everything', async () => {
  const { call, pass, held } = fakeServer()
  const stuck = call()
  pass((large / limits.bytesPerSecond) * 1000)
  expect(await held(stuck)).toEqual([true])
  pass(31_000)
  expect(await held(stuck)).toEqual([false])
})

test('held responses are limited per address and in total, and one that ends makes room', async () => {
  const { call, end, pass, held } = fakeServer()
  const first = [call('a'), call('a'), call('a'), call('a')]
  expect(await held(...first)).toEqual([true, true, true, false])
  end(first[0]!)
  const next = [call('a'), call('b'), call('b'), call('c')]
  expect(await held(...next)).toEqual([true, true, true, false])
  end(next[1]!)
  pass(1000)
  expect(await held(call('c'))).toEqual([true])
})
