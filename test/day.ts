import { join } from 'node:path'

/** Runs `douyin.test.ts`, a user's day, against an installation without users; returns the output of `bun test`. */
export async function dayAt(base: string): Promise<string> {
  const day = Bun.spawn([process.execPath, 'test', './test/douyin.test.ts'], {
    cwd: join(import.meta.dir, '..'),
    env: { ...process.env, DOUYIN_URL: base },
    stderr: 'pipe',
  })
  const output = await new Response(day.stderr).text()
  if ((await day.exited) !== 0) throw new Error(output)
  return output
}

/** Matches the output when all tests of the day passed. */
export const goodDay = /^ *8 pass\n *0 fail$/m
