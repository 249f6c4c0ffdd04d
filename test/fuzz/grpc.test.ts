import { afterAll, beforeAll, expect, test } from 'bun:test'
import { feedContract, userContract } from '@douyin/proto'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { longOrShort } from '../faults/run-length.ts'
import { recordFigure } from '../goal-table.ts'
import { seededRandom } from '../seeded-random.ts'
import { type Stack, startStack } from '../stack.ts'
import { mutate, nastyText, noise, pick } from './mutate.ts'
import { expectNoProblems, fuzzSeed, gaveUpMs, type Outcome, runInputs } from './run-inputs.ts'

const count = longOrShort(10_000, 600)
const seed = fuzzSeed()
const longestMs = 2000

let stack: Stack
let clients: [Client, typeof userContract | typeof feedContract][]
beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'fatal' } })
  const open = (address: string) => new Client(address, credentials.createInsecure())
  clients = [
    [open(stack.userAddress), userContract],
    [open(stack.feedAddress), feedContract],
  ]
}, 60_000)
afterAll(async () => {
  for (const [client] of clients ?? []) client.close()
  await stack?.stop()
})

/** A request with odd values of valid types, a mutation of such a request, or random bytes. */
function randomCall(i: number): { client: Client; path: string; bytes: Uint8Array; what: string } {
  const random = seededRandom(seed * 300_007 + i)
  const [client, contract] = pick(random, clients)
  const method = pick(random, Object.keys(contract.definition))
  const { path, requestSerialize } = contract.definition[method]!
  const number = () => pick(random, [0, 1, 2, 3, -1, 2 ** 31 - 1, -(2 ** 31), Math.floor(random() * 50)])
  const names = [
    'user_id',
    'id',
    'userId',
    'videoId',
    'actionType',
    'toUserId',
    'viewer_id',
    'to_user_id',
    'from_user_id',
    'limit',
    'time',
    'comment_id',
  ]
  const lists = ['ComIdList', 'user_id', 'videoId', 'key', 'counts']
  const texts = [
    'username',
    'password',
    'new_password',
    'name',
    'passward',
    'title',
    'playUrl',
    'coverUrl',
    'commentText',
    'content',
    'signature',
  ]
  const request: Record<string, unknown> = {}
  for (const name of names) if (random() < 0.7) request[name] = number()
  for (const name of texts) if (random() < 0.7) request[name] = nastyText(random)
  for (const name of lists) if (random() < 0.2) request[name] = Array.from({ length: Math.floor(random() * 5) }, number)
  const serialized = () => {
    try {
      return requestSerialize(request)
    } catch {
      return Buffer.from(noise(random, 40))
    }
  }
  const kind = random()
  const bytes =
    kind < 0.4 ? serialized() : kind < 0.8 ? mutate(random, serialized()) : noise(random, Math.floor(random() * 300))
  return { client, path, bytes, what: `${path} ${Buffer.from(bytes).toString('hex').slice(0, 200)}` }
}

const codes: Record<string, number> = {}

function call(client: Client, path: string, bytes: Uint8Array): Promise<Outcome & { code: string }> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const tell = (error: ServiceError | null) => {
      const code = status[error?.code ?? 0] ?? '?'
      const isBug = error?.details === 'internal error' || code === 'UNKNOWN' || code === 'DEADLINE_EXCEEDED'
      const wrong = isBug ? `${code} ${error?.details}` : undefined
      resolve({ wrong, tookMs: code === 'UNAVAILABLE' ? gaveUpMs : performance.now() - startMs, code })
    }
    const same = (value: Uint8Array) => Buffer.from(value)
    client.makeUnaryRequest(path, same, same, bytes, { deadline: Date.now() + 30_000 }, tell)
  })
}

/** A cheap call to each service, with a query. */
async function plainCalls(): Promise<void> {
  const [[user], [feed]] = clients as [(typeof clients)[0], (typeof clients)[0]]
  const { BatchGetUserDetail } = userContract.definition
  const { GetVideoList } = feedContract.definition
  await call(user, BatchGetUserDetail!.path, BatchGetUserDetail!.requestSerialize({ user_id: [1], profile_only: true }))
  await call(feed, GetVideoList!.path, GetVideoList!.requestSerialize({ videoId: [1] }))
}

test('random bytes and requests with odd values are answered, and the services keep running', async () => {
  const before = Object.values(stack.processes).map(({ pid, exitCode }) => [pid, exitCode])
  const runInput = async (i: number) => {
    const { client, path, bytes, what } = randomCall(i)
    const { code, wrong, tookMs } = await call(client, path, bytes)
    codes[code] = (codes[code] ?? 0) + 1
    return { wrong: wrong && `${what}: ${wrong}`, tookMs, what }
  }
  const wrong = await runInputs({ count, concurrency: 8, longestMs, runInput, yardstick: plainCalls })
  recordFigure(
    'R-17 gRPC',
    '0 crashes, hangs, bugs',
    `${wrong.length} of ${count}, seed ${seed}; ${Object.entries(codes)
      .map((one) => one.join(' '))
      .join(', ')}`,
  )
  expectNoProblems(wrong, seed)
  expect(Object.values(stack.processes).map(({ pid, exitCode }) => [pid, exitCode])).toEqual(before)
}, 600_000)
