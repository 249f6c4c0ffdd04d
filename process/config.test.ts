import { expect, test } from 'bun:test'

const webConfig = `${import.meta.dir}/../web-srv/src/config.ts`

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

test('development needs no setting at all, and an empty one means its default', async () => {
  expect(await read({ WEB_PORT: '' })).toEqual({ code: 0, said: '8080' })
})

test('a setting outside its bounds is refused', async () => {
  const outside: Record<string, string>[] = [
    { WEB_PORT: '65536' },
    { WEB_PORT: '-1' },
    { RATE_LIMIT: 'no' },
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
