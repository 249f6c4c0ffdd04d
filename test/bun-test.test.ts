import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { birthOf } from '../dev/processes.ts'
import { bunTest, perFile } from './bun-test.ts'
import { staleMembers, testFiles } from './groups.ts'
import { until } from './stack.ts'

const isRunning = (pid: number) => birthOf(pid) !== undefined

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-bun-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs `bun test` on these lines of a test file. */
async function testRun(code: string, signal?: AbortSignal) {
  await Bun.write(join(folder, 'one.test.ts'), `import { expect, test } from 'bun:test'\n${code}`)
  let output = ''
  const write = (text: string) => {
    output += text
  }
  const tally = await bunTest({ args: [], cwd: folder, env: process.env, write, signal })
  return { tally, output, pid: Number(/pid (\d+)/.exec(output)?.[1]) }
}

/** A test that leaves a process running, which keeps the output of `bun test` open. */
const leaving = (env: string) => `test('leaves', () => {
    const stdio = ['ignore', 'inherit', 'inherit']
    const child = Bun.spawn(['sleep', '300'], { detached: true, stdio, env: ${env} })
    child.unref()
    console.log('pid', child.pid)
  })`

// Only Linux shows the environment of a process, by which they are found.
test.skipIf(process.platform !== 'linux')('a process that a test left running is killed after the run', async () => {
  const { tally, pid } = await testRun(leaving('process.env'))
  expect(tally).toEqual({ passed: 1, failed: 0, failures: [] })
  await until(async () => !isRunning(pid))
})

test('a run ends with `bun test`, also if a process that is not found keeps its output open', async () => {
  const { tally, output, pid } = await testRun(leaving('{ PATH: process.env.PATH }'))
  const wasRunning = isRunning(pid)
  process.kill(pid, 'SIGKILL')
  expect(wasRunning).toBe(true)
  expect(tally).toEqual({ passed: 1, failed: 0, failures: [] })
  expect(output).toContain('Ran 1 test')
})

test('a run that is ended by its limit counts as failed, and its failures so far are reported', async () => {
  const limit = new AbortController()
  const code = `
    test('fails', () => expect(1).toBe(2))
    test('hangs', async () => {
      const child = Bun.spawn(['sleep', '300'], { detached: true })
      console.log('pid', child.pid)
      await Bun.write('${folder}/hangs', '')
      await child.exited
    })`
  const isHanging = (async () => {
    while (!(await Bun.file(join(folder, 'hangs')).exists())) await Bun.sleep(20)
    limit.abort()
  })()
  const { tally, pid } = await testRun(code, limit.signal)
  await isHanging
  expect(tally.passed).toBe(0)
  expect(tally.failed).toBeGreaterThan(0)
  expect(tally.failures[0]).toContain('(fail) fails')
  expect(tally.failures[1]).toContain('ended with 137')
  if (process.platform === 'linux') await until(async () => !isRunning(pid))
})

test('two runs at once do not mix the lines of their files', () => {
  const lines: string[] = []
  const [one, other] = [perFile((text) => lines.push(text)), perFile((text) => lines.push(text))]
  one.write('bun test\na.test.ts:\n(pass) 1\n')
  other.write('b.test.ts:\n(pass) 2\n')
  one.write('(pass) 3\nc.test')
  one.write('.ts:\n(pass) 4\n')
  other.end()
  one.end()
  expect(lines).toEqual([
    'bun test\n',
    'a.test.ts:\n(pass) 1\n(pass) 3\n',
    'b.test.ts:\n(pass) 2\n',
    'c.test.ts:\n(pass) 4\n',
  ])
})

test('each path of a group of tests names test files', async () => {
  expect(staleMembers(await testFiles(join(import.meta.dir, '..')))).toEqual([])
})
