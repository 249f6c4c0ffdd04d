import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Results } from '../bench/results.ts'
import { executables } from './build.ts'

const out = await mkdtemp(join(tmpdir(), 'douyin-bench-out-'))
afterAll(() => rm(out, { recursive: true, force: true }))

const tiny = ['--seconds', '1', '--pairs', '1', '--warm', '1', '--scale', '200']
const some = ['feed-guest', 'feed-signed-in', 'likes-hot', 'comments', 'follows']

test('the bench runs, without an error in any answer, and leaves a table, figures and a picture', async () => {
  const command = [
    process.execPath,
    'bench/main.ts',
    ...some,
    ...tiny,
    '--executables',
    await executables(),
    '--out',
    out,
  ]
  const bench = Bun.spawn(command, { cwd: join(import.meta.dir, '..'), stdout: 'ignore', stderr: 'inherit' })
  expect(await bench.exited).toBe(0)
  const { rows } = (await Bun.file(join(out, 'results.json')).json()) as Results
  expect([...new Set(rows.map(({ name }) => name))]).toEqual(some)
  for (const { name, runs } of rows) {
    const [run] = runs
    expect([name, run?.ours.status, run?.ours.broken]).toEqual([name, 0, 0])
    expect(run?.ours.requests).toBeGreaterThan(0)
    expect(run?.baseline.requests).toBeGreaterThan(0)
  }
  for (const { what } of rows) expect(await Bun.file(join(out, 'results.md')).text()).toContain(what)
  expect(await Bun.file(join(out, 'results.svg')).text()).toStartWith('<svg')
}, 180_000)
