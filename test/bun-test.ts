import { killProcessesWith } from './processes-with.ts'
import { Report, type Tally } from './report.ts'

export interface BunTestOptions {
  /** The arguments of `bun test`. */
  args: string[]
  cwd: string
  env: Record<string, string | undefined>
  /** Receives the output. */
  write(text: string): void
  /** Ends the run, with everything that it started. */
  signal?: AbortSignal
}

/** A process that outlives the run and that killProcessesWith did not find may hold its output open for ever. */
const outputLimitMs = 1000

/** Runs `bun test`, and then kills what its tests left running. A run that prints no numbers counts as failed. */
export async function bunTest({ args, cwd, env, write, signal }: BunTestOptions): Promise<Tally> {
  const mark = crypto.randomUUID()
  const child = Bun.spawn([process.execPath, 'test', '--timeout', '60000', ...args], {
    cwd,
    env: { ...env, TEST_RUN: mark },
    stdout: 'pipe',
    stderr: 'pipe',
    signal,
    killSignal: 'SIGKILL',
  })
  const outputEnd = child.exited.then(() => killProcessesWith(`TEST_RUN=${mark}`)).then(() => Bun.sleep(outputLimitMs))
  const report = new Report()
  await Promise.all([
    forward(child.stdout, outputEnd, write),
    forward(child.stderr, outputEnd, (text) => {
      write(text)
      report.add(text)
    }),
  ])
  return report.tally(await child.exited)
}

/** Reads until the stream ends, at most until `end`. */
async function forward(
  stream: ReadableStream<Uint8Array>,
  end: Promise<void>,
  write: (text: string) => void,
): Promise<void> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const chunk = await Promise.race([reader.read(), end])
    if (!chunk || chunk.done) break
    write(decoder.decode(chunk.value, { stream: true }))
  }
  await reader.cancel()
}

/** Passes on the output of whole test files, so that two runs at once do not mix their lines. */
export function perFile(write: (text: string) => void): { write(text: string): void; end(): void } {
  let kept = ''
  return {
    write(text) {
      kept += text
      const newest = [...kept.matchAll(/^\S+\.test\.ts:$/gm)].at(-1)?.index ?? 0
      if (newest === 0) return
      write(kept.slice(0, newest))
      kept = kept.slice(newest)
    },
    end() {
      write(kept)
      kept = ''
    },
  }
}
