import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { birthOf } from './processes.ts'

// The services are fakes. The test is about the run: from nothing to ready, and back to nothing.
const root = mkdtempSync(join(tmpdir(), 'douyin-develop-'))
const fakeService = `
  process.on('SIGTERM', () => { console.log('stopped'); process.exit() })
  console.log(JSON.stringify({ level: 30, time: Date.now(), msg: 'process', id: process.pid }))
  setInterval(() => {}, 1000)`
for (const name of ['feed-srv', 'user-srv', 'web-srv']) mkdirSync(join(root, name, 'src'), { recursive: true })
for (const name of ['feed-srv', 'user-srv']) writeFileSync(join(root, name, 'src/main.ts'), fakeService)
writeFileSync(
  join(root, 'web-srv/src/main.ts'),
  `${fakeService}\nBun.serve({ port: Number(Bun.env.WEB_PORT), fetch: () => new Response() })`,
)

const runs: Bun.Subprocess[] = []
afterAll(() => {
  for (const run of runs) run.kill()
  rmSync(root, { recursive: true, force: true })
})

test('a run becomes ready, rejects a second run, cleans up after a killed run, and leaves nothing behind', async () => {
  const environment = {
    ...Bun.env,
    WEB_PORT: String(await freePort()),
    USER_GRPC_PORT: String(await freePort()),
    FEED_GRPC_PORT: String(await freePort()),
  }
  const start = () => {
    const run = Bun.spawn([process.execPath, join(import.meta.dir, 'dev.ts'), `--root=${root}`, '--empty'], {
      env: environment,
      stdout: 'pipe',
    })
    runs.push(run)
    return run
  }

  const killed = start()
  const first = await read(killed.stdout, 'stop      Ctrl-C')
  expect(first).toContain(`http://127.0.0.1:${environment.WEB_PORT}/`)
  const ids = [...first.matchAll(/"id":(\d+)/g)].map((match) => Number(match[1]))
  expect(ids).toHaveLength(3)

  const second = start()
  expect(await second.exited).toBe(1)
  expect(await new Response(second.stdout).text()).toContain(`process ${killed.pid} is still running`)

  killed.kill('SIGKILL')
  await killed.exited
  const third = start()
  const output = await read(third.stdout, 'stop      Ctrl-C')
  for (const what of ['web-srv', 'user-srv', 'feed-srv', 'database']) expect(output).toContain(`stopping ${what}`)
  expect(ids.map(birthOf)).toEqual([undefined, undefined, undefined])

  third.kill('SIGINT')
  expect(await third.exited).toBe(0)
  for (const [, id] of output.matchAll(/"id":(\d+)/g)) expect(birthOf(Number(id))).toBeUndefined()
}, 60_000)

async function read(stream: ReadableStream<Uint8Array>, until: string): Promise<string> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let text = ''
  while (!text.includes(until)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`ended without '${until}':\n${text}`)
    text += decoder.decode(value, { stream: true })
  }
  // Keeps reading, so that the run can keep writing.
  void (async () => {
    while (!(await reader.read()).done);
  })()
  return text
}
