import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Results } from '../bench/results.ts'
import { executables } from './executables.ts'
import { until } from './stack.ts'

const out = await mkdtemp(join(tmpdir(), 'douyin-bench-out-'))
afterAll(() => rm(out, { recursive: true, force: true }))

const tiny = ['--seconds', '1', '--pairs', '1', '--warm', '1', '--scale', '200']
const rowNames = ['feed-guest', 'feed-signed-in', 'likes-hot', 'comments', 'follows']

const run = async (args: string[], env = {}) => {
  const command = [process.execPath, 'bench/bench.ts', ...args, '--executables', await executables(), '--out', out]
  const cwd = join(import.meta.dir, '..')
  return Bun.spawn(command, { cwd, env: { ...process.env, ...env }, stdout: 'ignore', stderr: 'inherit' })
}

test('the bench runs without an error in any answer, and writes a table, figures and a chart', async () => {
  const bench = await run([...rowNames, ...tiny])
  expect(await bench.exited).toBe(0)
  const { rows } = (await Bun.file(join(out, 'results.json')).json()) as Results
  expect([...new Set(rows.map(({ name }) => name))]).toEqual(rowNames)
  for (const { name, runs } of rows) {
    const [run] = runs
    expect([name, run?.ours.status, run?.ours.broken]).toEqual([name, 0, 0])
    expect(run?.ours.requests).toBeGreaterThan(0)
    expect(run?.baseline.requests).toBeGreaterThan(0)
  }
  for (const { what } of rows) expect(await Bun.file(join(out, 'results.md')).text()).toContain(what)
  expect(await Bun.file(join(out, 'results.svg')).text()).toStartWith('<svg')
}, 180_000)

/** The ids of the processes that have this text in their environment. */
async function startedWith(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const matches = pids.map((pid) =>
    readFile(`/proc/${pid}/environ`, 'latin1').then(
      (environment) => environment.includes(text),
      () => false,
    ),
  )
  const isMatch = await Promise.all(matches)
  return pids.filter((_, i) => isMatch[i])
}

// Only Linux shows the environment of a process, in /proc.
test.skipIf(process.platform !== 'linux')(
  'a bench that is stopped leaves no process running and no file behind',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    const bench = await run(['feed-guest', '--scale', '200', '--warm', '60'], { TMPDIR: folder })
    await until(async () => (await startedWith(`MEDIA_DIR=${folder}`)).length === 3, 60_000)
    bench.kill('SIGTERM')
    expect(await bench.exited).toBe(1)
    await until(async () => (await startedWith(folder)).length === 0, 15_000)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  },
  90_000,
)
