import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Report } from './report.ts'

test('each failure is counted, and repeated with its file, name and reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'douyin-report-'))
  try {
    writeFileSync(
      join(folder, 'sum.test.ts'),
      `import { expect, test } from 'bun:test'
      test('the first holds', () => expect(1).toBe(1))
      test('the second does not', () => expect({ sum: 4 }).toEqual({ sum: 5 }))
      for (let rest = 3; rest < 30; rest++) test('number ' + rest + ' holds', () => expect(1).toBe(1))`,
    )
    const child = Bun.spawn([process.execPath, 'test'], { cwd: folder, stdout: 'ignore', stderr: 'pipe' })
    const report = new Report()
    for (const character of await new Response(child.stderr).text()) report.add(character)
    const { passed, failed, failures } = report.tally(await child.exited)
    expect({ passed, failed, repeated: failures.length }).toEqual({ passed: 28, failed: 1, repeated: 1 })
    expect(failures[0]).toMatch(/^sum\.test\.ts: \(fail\) the second does not/)
    expect(failures[0]).toContain('"sum": 5')
    expect(failures[0]).not.toContain('number 3')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an error outside of tests is repeated with its file and reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'douyin-report-'))
  try {
    writeFileSync(
      join(folder, 'outside.test.ts'),
      `import { test } from 'bun:test'
      test('holds', () => {})
      throw new Error('not in a test')`,
    )
    const child = Bun.spawn([process.execPath, 'test'], { cwd: folder, stdout: 'ignore', stderr: 'pipe' })
    const report = new Report()
    report.add(await new Response(child.stderr).text())
    const { failures } = report.tally(await child.exited)
    expect(failures[0]).toMatch(/^outside\.test\.ts: # Unhandled error between tests\n/)
    expect(failures[0]).toContain('error: not in a test')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a run that prints no numbers has failed, and so has one that exits with an error after its tests passed', () => {
  expect(new Report().tally(0)).toMatchObject({ passed: 0, failed: 1 })
  const report = new Report()
  report.add(' 3 pass\n 0 fail\n')
  expect(report.tally(139)).toMatchObject({ passed: 3, failed: 1, failures: [expect.stringContaining('139')] })
  expect(report.tally(0)).toEqual({ passed: 3, failed: 0, failures: [] })
})
