// Holds keep a file in its place, or at least on the disk, while several processes may remove it. A hold is an empty file
// in `holds/`, renewed while its process lives. One of a process that died counts for a minute: the clocks of the machines that share
// the folder may differ by half of that.
import { lstat, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessGone } from './disk.ts'

const renewMs = 10_000
const staleMs = 60_000

/** The name of what is held, which has no dot before its last 36 characters, and what was made up for this hold. */
const holdName = /^(.+)\.[0-9a-f-]{36}$/
/** Holds every file: none is removed from the disk. */
export const everything = 'everything'

export interface Hold {
  end(): Promise<void>
  /** Nobody knows whether a row is still to come: it counts for another minute, as that of a process that died. */
  abandon(): void
}

/** The folder `holds/` of a storage. */
export function holdsIn(folder: string) {
  async function isFresh(name: string): Promise<boolean> {
    const path = join(folder, name)
    const found = await lstat(path).catch(unlessGone)
    // It ended since its name was read: its row may be newer than what its asker knows of rows.
    if (!found) return true
    if (Date.now() - found.mtimeMs < staleMs) return true
    await rm(path, { force: true })
    return false
  }

  return {
    /** Holds the files of these keys, or everything, from when this resolves until `end`. */
    async hold(...held: string[]): Promise<Hold> {
      const paths = held.map((what) => join(folder, `${what}.${crypto.randomUUID()}`))
      const renew = () => {
        for (const path of paths) void utimes(path, new Date(), new Date()).catch(() => {})
      }
      const timer = setInterval(renew, renewMs)
      const abandon = () => clearInterval(timer)
      const end = async () => {
        abandon()
        await Promise.all(paths.map((path) => rm(path, { force: true })))
      }
      try {
        await Promise.all(paths.map((path) => writeFile(path, '')))
      } catch (error) {
        await end()
        throw error
      }
      return { end, abandon }
    },

    /** What is held, or was until a moment ago. */
    async held(): Promise<ReadonlySet<string>> {
      const names = (await readdir(folder).catch(unlessGone)) ?? []
      const areFresh = await Promise.all(names.map(isFresh))
      return new Set(names.flatMap((name, i) => (areFresh[i] && holdName.exec(name)?.[1]) || []))
    },
  }
}
