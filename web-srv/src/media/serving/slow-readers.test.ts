import { expect, test } from 'bun:test'
import { type Connections, slowReaders } from './slow-readers.ts'

const limits = { perAddress: 3, inAll: 5, bytesPerSecond: 1000, everyMs: 1 }
const large = 1_000_000

/** A server that notes whose timer is set, and the time of a clock that a test turns. */
function world() {
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
    /** Whose timers are set from now on, once all have had their turn. */
    async held(...requests: Request[]) {
      renewed = new Set()
      await Bun.sleep(limits.everyMs * 5)
      return requests.map((request) => renewed.has(request))
    },
  }
}

test('a large answer is held until it ends, and no longer', async () => {
  const { call, end, held } = world()
  const [one, other] = [call(), call()]
  expect(await held(one, other)).toEqual([true, true])
  end(one)
  expect(await held(one, other)).toEqual([false, true])
  end(other)
  expect(await held(one, other)).toEqual([false, false])
  const later = call()
  expect(await held(later)).toEqual([true])
})

test('a small answer, which the idle timeout has time for, is not held', async () => {
  const { call, held } = world()
  expect(await held(call(undefined, 29_000))).toEqual([false])
})

test('a client that reads nothing is let go when the slowest client would have had it all', async () => {
  const { call, pass, held } = world()
  const stuck = call()
  pass((large / limits.bytesPerSecond) * 1000)
  expect(await held(stuck)).toEqual([true])
  pass(31_000)
  expect(await held(stuck)).toEqual([false])
})

test('one address holds so many answers, and all together so many; what ends makes room', async () => {
  const { call, end, pass, held } = world()
  const first = [call('a'), call('a'), call('a'), call('a')]
  expect(await held(...first)).toEqual([true, true, true, false])
  end(first[0]!)
  const next = [call('a'), call('b'), call('b'), call('c')]
  expect(await held(...next)).toEqual([true, true, true, false])
  end(next[1]!)
  pass(1000)
  expect(await held(call('c'))).toEqual([true])
})
