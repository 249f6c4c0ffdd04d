import { join } from 'node:path'

/** Runs a person's day, `douyin.test.ts`, against an installation that nobody has used yet; gives what its tests said. */
export async function dayAt(base: string): Promise<string> {
  const day = Bun.spawn([process.execPath, 'test', './test/douyin.test.ts'], {
    cwd: join(import.meta.dir, '..'),
    env: { ...process.env, DOUYIN_URL: base },
    stderr: 'pipe',
  })
  const said = await new Response(day.stderr).text()
  if ((await day.exited) !== 0) throw new Error(said)
  return said
}

/** What it says of all its steps. */
export const goodDay = /^ *8 pass\n *0 fail$/m
