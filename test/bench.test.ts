import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Results } from '../bench/results.ts'
import { executables } from './executables.ts'
import { processesWith } from './processes-with.ts'
import { runProgram } from './run-program.ts'
import { until } from './stack.ts'

const out = await mkdtemp(join(tmpdir(), 'douyin-bench-out-'))
afterAll(() => rm(out, { recursive: true, force: true }))

const tiny = ['--seconds', '1', '--pairs', '1', '--warm', '1', '--scale', '200']
const rowNames = ['feed-guest', 'feed-signed-in', 'likes-hot', 'comments', 'follows']

const commandOf = async (args: string[]) => [
  ...[process.execPath, join(import.meta.dir, '../bench/bench.ts'), ...args],
  ...['--executables', await executables(), '--out', out],
]

test('the bench runs without an error in any answer, and writes a table, figures and a chart', async () => {
  const { code } = await runProgram(await commandOf([...rowNames, ...tiny]), 150_000)
  expect(code).toBe(0)
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

// Only Linux shows the environment of a process, in /proc.
test.skipIf(process.platform !== 'linux')(
  'a bench that is stopped leaves no process running and no file behind',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    const bench = Bun.spawn(await commandOf(['feed-guest', '--scale', '200', '--warm', '60']), {
      env: { ...process.env, TMPDIR: folder },
      stdout: 'ignore',
      stderr: 'inherit',
    })
    await until(async () => (await processesWith(`MEDIA_DIR=${folder}`)).length === 3, 60_000)
    bench.kill('SIGTERM')
    expect(await bench.exited).toBe(1)
    await until(async () => (await processesWith(folder)).length === 0, 15_000)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  },
  90_000,
)
