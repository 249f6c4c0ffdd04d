import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const webConfig = `${import.meta.dir}/../web-srv/src/config.ts`
const folder = mkdtempSync(join(tmpdir(), 'douyin-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('production is refused without its secret, and the line names the setting but no value', async () => {
  const { code, said } = await read({ NODE_ENV: 'production', JWT_SECRET: 'too-short-a-secret' })
  expect(code).toBe(78)
  expect(said).toContain('JWT_SECRET')
  expect(said).toContain('USER_GRPC_ADDRESS')
  expect(said).not.toContain('too-short-a-secret')
})

test('what production requires and is not there is said in those words', async () => {
  const { said } = await read({ NODE_ENV: 'production', JWT_SECRET: crypto.randomUUID(), MEDIA_DIR: '/media' })
  expect(said.split('\n')).toEqual(
    ['USER_GRPC_ADDRESS', 'FEED_GRPC_ADDRESS', 'GRPC_SECRET'].map(
      (name) => `${name}: ${name} is required in production`,
    ),
  )
})

test.each([
  ['short', 'too-short-a-secret'],
  ['one that stands in examples', 'changeme-changeme-changeme-changeme-0'],
  ['one letter', 'a'.repeat(64)],
])('a previous secret of tokens that is %s is refused as a present one is, in a file too', async (_what, weak) => {
  const file = join(folder, 'weak')
  await Bun.write(file, weak)
  const ways: Record<string, string>[] = [{ JWT_SECRET_PREVIOUS: weak }, { JWT_SECRET_PREVIOUS_FILE: file }]
  for (const given of ways) {
    const { code, said } = await read(given)
    expect([code, said]).toEqual([78, expect.stringMatching(/^JWT_SECRET_PREVIOUS: must /)])
    expect(said).not.toContain(weak)
  }
})

test('a previous secret of tokens may be in a file, and need not be there', async () => {
  const file = join(folder, 'good')
  await Bun.write(file, crypto.randomUUID())
  expect(await read({ JWT_SECRET_PREVIOUS_FILE: file })).toEqual({ code: 0, said: '8080' })
  expect(await read({ JWT_SECRET_PREVIOUS: '', JWT_SECRET_PREVIOUS_FILE: '' })).toEqual({ code: 0, said: '8080' })
})

test('development needs no setting at all, and an empty one means its default', async () => {
  expect(await read({ WEB_PORT: '' })).toEqual({ code: 0, said: '8080' })
})

test('a setting outside its bounds is refused', async () => {
  const outside: Record<string, string>[] = [
    { WEB_PORT: '65536' },
    { WEB_PORT: '-1' },
    { RATE_LIMIT: 'no' },
    { RATE_LIMITS: 'comment=1' },
    { RATE_LIMITS: '{"no_rule":{"points":1,"seconds":1}}' },
    { RATE_LIMITS: '{"read":{"points":0,"seconds":1}}' },
    { TIME_ZONE: 'Mars/Base' },
    { PUBLIC_BASE_URL: 'ftp://x' },
  ]
  for (const wrong of outside) {
    expect([wrong, (await read(wrong)).code]).toEqual([wrong, 78])
  }
})

async function read(env: Record<string, string>) {
  const script = `import { readConfig } from '@douyin/process'
    import { configSchema } from '${webConfig}'
    console.log(readConfig(configSchema).WEB_PORT)`
  const child = Bun.spawn([process.execPath, '-e', script], {
    cwd: `${import.meta.dir}/..`,
    env: { PATH: process.env.PATH, ...env },
    stderr: 'pipe',
  })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, said: (out + error).trim() }
}
