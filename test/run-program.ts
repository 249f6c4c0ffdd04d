import { killProcessesWith } from './processes-with.ts'

/** Runs a program that may start others, and returns its output. After the limit all of them are killed. */
export async function runProgram(command: string[], limitMs: number): Promise<{ code: number; output: string }> {
  const mark = crypto.randomUUID()
  const env = { ...process.env, TEST_PROGRAM: mark }
  const child = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'inherit' })
  const killAll = async () => {
    child.kill('SIGKILL')
    await killProcessesWith(`TEST_PROGRAM=${mark}`)
  }
  const timer = setTimeout(killAll, limitMs)
  try {
    const output = await new Response(child.stdout).text()
    return { code: await child.exited, output }
  } finally {
    clearTimeout(timer)
    await killAll()
  }
}
