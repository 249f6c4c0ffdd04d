import { expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesWith } from './processes-with.ts'
import { until } from './stack.ts'

// Only Linux shows the environment of a process, by which the ones that a run started are found.
test.skipIf(process.platform !== 'linux')(
  'a run of the tests that is stopped says so, and leaves no process running and no file behind',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'douyin-run-'))
    const hanging = join(import.meta.dir, 'hanging.fixture.ts')
    const env = { ...process.env, TMPDIR: folder, TEST_DATABASE_URL: undefined }
    const run = Bun.spawn([process.execPath, 'test/run.ts', hanging], {
      cwd: join(import.meta.dir, '..'),
      env,
      stdout: 'pipe',
      stderr: 'inherit',
    })
    let output = ''
    const read = (async () => {
      const decoder = new TextDecoder()
      for await (const bytes of run.stdout) output += decoder.decode(bytes)
    })()
    await until(async () => output.includes('a test hangs'), 30_000)
    run.kill('SIGTERM')
    expect(await run.exited).toBe(1)
    await read
    expect(output).toContain('FAILED: SIGTERM ended the tests')
    expect(output).toMatch(/\n0 passed, \d failed\n$/)
    await until(async () => (await processesWith(folder)).length === 0, 15_000)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  },
  60_000,
)
