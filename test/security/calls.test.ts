import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Failure, feedContract, userContract } from '@douyin/proto'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { reachServices } from '../../web-srv/src/services.ts'
import { type Stack, startStack } from '../stack.ts'
import { grpcSecret, production } from './production.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack(production)
}, 60_000)
afterAll(() => stack?.stop())

const targets = [
  ['user-srv', userContract, () => stack.userAddress],
  ['feed-srv', feedContract, () => stack.feedAddress],
] as const
const secrets: [string, string | undefined][] = [
  ['nothing', undefined],
  ['an empty secret', 'Bearer '],
  ['a secret of its own', `Bearer ${'ab'.repeat(32)}`],
  ['the secret cut by one', `Bearer ${grpcSecret.slice(1)}`],
  ['the secret without its scheme', grpcSecret],
  ['the secret twice over', `Bearer ${grpcSecret}, Bearer ${grpcSecret}`],
]

for (const [name, contract, address] of targets)
  describe(`${name} in production`, () => {
    for (const [what, authorization] of secrets)
      test(`rejects every RPC of a caller that sends ${what}`, async () => {
        const methods = Object.keys(contract.definition)
        const codes = await Promise.all(methods.map((method) => codeOf(contract, method, address(), authorization)))
        expect(codes).toEqual(methods.map(() => 'UNAUTHENTICATED'))
      })

    test('answers a caller that sends the secret', async () => {
      const method = name === 'user-srv' ? 'GetLimits' : 'GetVideos'
      expect(await codeOf(contract, method, address(), `Bearer ${grpcSecret}`)).toBe('OK')
    })

    test('answers health checks without the secret', async () => {
      const { definition } = (await import('../../proto/contract.ts')).healthContract
      expect(await codeOf({ definition }, 'Check', address(), undefined)).toBe('OK')
    })
  })

test('a web-srv with another secret reports an internal error, not a failure of the caller', async () => {
  const { user, feed } = reachServices(stack.userAddress, stack.feedAddress, 'another secret, as long as it has to be')
  const error = await user.getLimits({}).catch((thrown) => thrown)
  expect([error instanceof Failure, String(error)]).toEqual([false, expect.stringContaining('failed')])
  user.close()
  feed.close()
})

describe('production', () => {
  const weak: [string, string][] = [
    ['is missing', ''],
    ['is short', 'k8Jq-2mZ'],
    ['stands in examples', 'changeme-changeme-changeme-changeme-0'],
    ['is one letter', 'a'.repeat(64)],
  ]
  for (const setting of ['GRPC_SECRET', 'JWT_SECRET'])
    for (const [what, value] of weak)
      test(`does not start if ${setting} ${what}, and names the setting`, async () => {
        const { code, output } = await start({ [setting]: value })
        expect(code).toBe(78)
        expect(output).toContain(`${setting}`)
        if (value) expect(output).not.toContain(value)
      })
})

async function start(env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, 'web-srv/src/main.ts'], {
    cwd: `${import.meta.dir}/../..`,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      USER_GRPC_ADDRESS: stack.userAddress,
      FEED_GRPC_ADDRESS: stack.feedAddress,
      MEDIA_DIR: stack.mediaDir,
      GRPC_SECRET: grpcSecret,
      JWT_SECRET: grpcSecret,
      ...env,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, output: out + error }
}

/** The name of the gRPC status of a call with an empty request. */
function codeOf(
  { definition }: Pick<typeof userContract, 'definition'>,
  method: string,
  address: string,
  authorization: string | undefined,
): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = definition[method]!
  const client = new Client(address, credentials.createInsecure())
  const metadata = new Metadata()
  if (authorization !== undefined) metadata.set('authorization', authorization)
  const options = { deadline: Date.now() + 5000 }
  return new Promise<string>((resolve) => {
    const onEnd = (error: ServiceError | null) => resolve(status[error?.code ?? status.OK])
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, options, onEnd)
  }).finally(() => client.close())
}
