// A hold keeps a file in its place, or at least on the disk, while several processes may remove files. A hold is an
// empty file in `holds/` that its process renews while it lives. The hold of a process that died is valid for one more
// minute: the clocks of the machines that share the folder may differ by half of that.
import { lstat, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ignoreMissing } from './disk.ts'

const renewMs = 10_000
const staleMs = 60_000

/** `NAME.UUID`: the name of what is held, and a random id of this hold. */
const holdName = /^(.+)\.[0-9a-f-]{36}$/
/** The name that holds every file: while it is held, no file is removed from the disk. */
export const everything = 'everything'

export interface Hold {
  release(): Promise<void>
  /** Call this if a row may still be made: the hold is valid for another minute, as if its process had died. */
  abandon(): void
}

/** The folder `holds/` of a storage. */
export function holdsIn(folder: string) {
  async function isFresh(name: string): Promise<boolean> {
    const path = join(folder, name)
    const stats = await lstat(path).catch(ignoreMissing)
    // The hold was released after its name was read. Its row may be newer than the rows that the caller knows.
    if (!stats) return true
    if (Date.now() - stats.mtimeMs < staleMs) return true
    await rm(path, { force: true })
    return false
  }

  return {
    /** Holds the files of these keys, or everything, from when this resolves until `release`. */
    async hold(...names: string[]): Promise<Hold> {
      const paths = names.map((name) => join(folder, `${name}.${crypto.randomUUID()}`))
      const renew = () => {
        for (const path of paths) void utimes(path, new Date(), new Date()).catch(() => {})
      }
      const timer = setInterval(renew, renewMs)
      const abandon = () => clearInterval(timer)
      const release = async () => {
        abandon()
        await Promise.all(paths.map((path) => rm(path, { force: true })))
      }
      try {
        await Promise.all(paths.map((path) => writeFile(path, '')))
      } catch (error) {
        await release()
        throw error
      }
      return { release, abandon }
    },

    /** The names that are held, or were held a moment ago. */
    async held(): Promise<ReadonlySet<string>> {
      const names = (await readdir(folder).catch(ignoreMissing)) ?? []
      const areFresh = await Promise.all(names.map(isFresh))
      return new Set(names.flatMap((name, i) => (areFresh[i] && holdName.exec(name)?.[1]) || []))
    },
  }
}
