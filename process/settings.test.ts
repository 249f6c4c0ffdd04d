import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const webConfig = `${import.meta.dir}/../web-srv/src/config.ts`
const folder = mkdtempSync(join(tmpdir(), 'douyin-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('production does not start without its secrets, and the line names the setting but no value', async () => {
  const { code, output } = await read({ NODE_ENV: 'production', JWT_SECRET: 'too-short-a-secret' })
  expect(code).toBe(78)
  expect(output).toContain('JWT_SECRET')
  expect(output).toContain('USER_GRPC_ADDRESS')
  expect(output).not.toContain('too-short-a-secret')
})

test('each setting that production requires and that is missing has a line that says so', async () => {
  const { output } = await read({ NODE_ENV: 'production', JWT_SECRET: crypto.randomUUID(), MEDIA_DIR: '/media' })
  expect(output.split('\n')).toEqual(
    ['USER_GRPC_ADDRESS', 'FEED_GRPC_ADDRESS', 'GRPC_SECRET'].map(
      (name) => `${name}: ${name} is required in production`,
    ),
  )
})

test.each([
  ['short', 'too-short-a-secret'],
  ['one from the examples', 'changeme-changeme-changeme-changeme-0'],
  ['one letter', 'a'.repeat(64)],
])('a previous secret of tokens that is %s is rejected like the current one, also in a file', async (_what, weak) => {
  const file = join(folder, 'weak')
  await Bun.write(file, weak)
  const settingsOfBothKinds: Record<string, string>[] = [
    { JWT_SECRET_PREVIOUS: weak },
    { JWT_SECRET_PREVIOUS_FILE: file },
  ]
  for (const settings of settingsOfBothKinds) {
    const { code, output } = await read(settings)
    expect([code, output]).toEqual([78, expect.stringMatching(/^JWT_SECRET_PREVIOUS: must /)])
    expect(output).not.toContain(weak)
  }
})

test('a previous secret of tokens may be in a file, and is optional', async () => {
  const file = join(folder, 'good')
  await Bun.write(file, crypto.randomUUID())
  expect(await read({ JWT_SECRET_PREVIOUS_FILE: file })).toEqual({ code: 0, output: '8080' })
  expect(await read({ JWT_SECRET_PREVIOUS: '', JWT_SECRET_PREVIOUS_FILE: '' })).toEqual({ code: 0, output: '8080' })
})

test('development needs no settings, and an empty setting means its default', async () => {
  expect(await read({ WEB_PORT: '' })).toEqual({ code: 0, output: '8080' })
})

test('a setting outside its bounds is rejected', async () => {
  const wrongSettings: Record<string, string>[] = [
    { WEB_PORT: '65536' },
    { WEB_PORT: '-1' },
    { RATE_LIMIT: 'no' },
    { RATE_LIMITS: 'comment=1' },
    { RATE_LIMITS: '{"no_rule":{"points":1,"seconds":1}}' },
    { RATE_LIMITS: '{"read":{"points":0,"seconds":1}}' },
    { TIME_ZONE: 'Mars/Base' },
    { PUBLIC_BASE_URL: 'ftp://x' },
  ]
  for (const wrong of wrongSettings) {
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
  return { code: await child.exited, output: (out + error).trim() }
}
