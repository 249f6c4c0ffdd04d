// How files that no row names leave a folder that several processes write to, while no row ever loses its file.
//
// A file system has no "remove this name if it still means the file that I looked at". Between the question whether a
// key is in use and its removal, the same content may be put again, and its row be made. So a file leaves in two steps.
//
// 1. It is renamed out of its place into `leaving/`, to a name made up for this once. Nobody else writes to that name:
//    what is found out about the file from now on stays true of it.
// 2. Is it young, it was put a moment ago, and goes back. Is it old, then the row it was put for is there by now, or
//    will never be: the question is asked again. In use, it goes back; not in use, it is removed. A row that is made
//    after that answer comes with a `put` of its own, which has left a file in the place.
//
// Until then, and also if the process is killed, `find` finds the file under its other name, so that nobody who reads by
// key misses it; and what has been in `leaving/` for a grace is taken up by the next `release` of any process, by renaming it
// once more: of two that try, one gets it, and to the other it is gone. What goes back becomes young, and may replace a
// file that was put meanwhile: it is the same content. A download under way keeps its open file.
//
// All this rests on one thing: the row of a file is made within the grace after `put`, or never.
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessGone } from './disk.ts'

/** Keys of one question: with as many that were left, no more than the services take. */
export const keysAtOnce = 500
/** A key, when its file was taken, and what was made up. */
const takenName = /^([0-9a-f]{64}\.\w+)\.(\d+)\.[0-9a-f-]{36}$/

export type UsedOf = (keys: string[]) => Promise<string[]>

interface Taken {
  key: string
  path: string
}

/** The folder `leaving/` of a storage in which `pathOf` says where the file of a key has its place. */
export function leavingFolder(folder: string, pathOf: (key: string) => string) {
  const names = async () => (await readdir(folder).catch(unlessGone)) ?? []

  /** Those that are old now: what was put after the question need not go and come back. */
  async function takeOld(key: string, graceMs: number): Promise<Taken | undefined> {
    const place = pathOf(key)
    return (await isOlder(place, graceMs)) ? take(key, place) : undefined
  }

  /** Undefined if somebody else was quicker. */
  async function take(key: string, from: string): Promise<Taken | undefined> {
    const path = join(folder, `${key}.${Date.now()}.${crypto.randomUUID()}`)
    return rename(from, path).then(() => ({ key, path }), unlessGone)
  }

  async function giveBack({ key, path }: Taken): Promise<void> {
    const now = new Date()
    await utimes(path, now, now)
      .then(() => rename(path, pathOf(key)))
      .catch(unlessGone)
  }

  /** Those that are old; the others go back at once. */
  async function keepOld(taken: Taken, graceMs: number): Promise<Taken | undefined> {
    if (await isOlder(taken.path, graceMs)) return taken
    await giveBack(taken)
    return undefined
  }

  return {
    /** Where the file of this key may be while it is not in its place. */
    async find(key: string): Promise<string[]> {
      return (await names()).filter((name) => name.startsWith(key)).map((name) => join(folder, name))
    },

    /** Removes those of these keys that `usedOf` still leaves out, and what a killed process left; gives how many. */
    async release(keys: string[], graceMs: number, usedOf: UsedOf): Promise<number> {
      if (keys.length > 0) await mkdir(folder, { recursive: true })
      const left = (await names()).flatMap((name) => {
        const [, key = '', time] = takenName.exec(name) ?? []
        return Date.now() - Number(time) > graceMs ? [{ key, path: join(folder, name) }] : []
      })
      const again = left.slice(0, keysAtOnce).map(({ key, path }) => take(key, path))
      const taken = await settle([...again, ...keys.map((key) => takeOld(key, graceMs))])
      const old = await settle(taken.map((one) => keepOld(one, graceMs)))
      if (old.length === 0) return 0
      const used = new Set(await usedOf(old.map(({ key }) => key)))
      await settle(old.filter(({ key }) => used.has(key)).map(giveBack))
      const unused = old.filter(({ key }) => !used.has(key))
      await settle(unused.map(({ path }) => rm(path, { force: true })))
      return unused.length
    },
  }
}

/** Is it a file, and was it put longer ago than that? */
export async function isOlder(path: string, graceMs: number): Promise<boolean> {
  const found = await lstat(path).catch(unlessGone)
  return found?.isFile() === true && Date.now() - found.mtimeMs > graceMs
}

async function settle<Value>(all: Promise<Value | undefined>[]): Promise<Value[]> {
  return (await Promise.all(all)).filter((one) => one !== undefined)
}
