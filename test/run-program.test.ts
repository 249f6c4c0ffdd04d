import { expect, test } from 'bun:test'
import { birthOf } from '../dev/processes.ts'
import { runProgram } from './run-program.ts'
import { until } from './stack.ts'

// Only Linux shows the environment of a process, by which the ones that a program started are found.
test.skipIf(process.platform !== 'linux')(
  'a program that takes longer than its limit is killed with all that it started, also in other process groups',
  async () => {
    const script = `setsid sleep 300 & echo $!; exec sleep 300`
    const { code, output } = await runProgram(['sh', '-c', script], 300)
    expect(code).toBe(137)
    expect(output).toMatch(/^\d+\n$/)
    await until(async () => birthOf(Number(output)) === undefined)
  },
)
