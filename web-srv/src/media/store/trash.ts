// How files that no row names leave a folder that several processes write to, while no row ever loses its file.
//
// A file system has no "remove this name if it still means the file that I looked at". Between the question whether a
// key is in use and its removal, the same content may be stored again, and its row be made. So:
//
// 1. A process that stores files holds their keys from before they are stored until their row is made (holds.ts), and then looks
//    that they are in their place. If it cannot know whether the row is made, it holds them for another minute.
// 2. A file that is not in use, and whose key is held neither before nor after that question, is renamed out of its place into
//    `leaving/`, to a name made up for this once. Nobody else writes to that name: what is found out about the file from now
//    on stays true of it. Nobody reads it there either, but for a key that is held.
// 3. Then the two questions are asked again, first whether the key is held. If it is, or if it is in use, the file goes
//    back. If neither, it is removed: a row that is made from now on comes with a file of its own, which is stored after its key was
//    held, and so after the first question; or the row was made before the hold ended, and so before the second.
//
// This holds at any age of a file. What nobody ever deleted, as after an upload that failed, is looked for by its age.
//
// What a killed process left in `leaving/` is asked about by the next round of any process. Of two that work on one file
// the renaming or the removal of one succeeds, and both are right: if one of them found it in use, then by a row that came with a file of
// its own. What goes back may replace a file that was stored meanwhile: it is the same content. A download under way
// keeps its open file.
//
// While everything is held, which a backup does, files leave their place but are not removed: it copies those, too.
//
// A process that stops for a minute between its last look at the file and its row, and then goes on, is the one case that this does not
// cover: its hold is taken for one of a process that died.
import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessGone } from './disk.ts'
import { everything, type holdsIn } from './holds.ts'

/** Keys of one question: with as many that wait, no more than the services take. */
export const keysAtOnce = 500
/** A key, when its file was taken, and what was made up. */
const takenName = /^([0-9a-f]{64}\.\w+)\.(\d+)\.[0-9a-f-]{36}$/

export type UsedOf = (keys: string[]) => Promise<string[]>

export interface TrashedFile {
  key: string
  path: string
}

/** How many files were removed, and the keys of those that may not be yet. */
export interface Released {
  freed: number
  waiting: string[]
}

const none: Released = { freed: 0, waiting: [] }

/** The folder `leaving/` of a storage in which `pathOf` says where the file of a key has its place. */
export function trashFolder(folder: string, pathOf: (key: string) => string, holds: ReturnType<typeof holdsIn>) {
  /** Undefined if somebody else was quicker. */
  async function take(key: string): Promise<TrashedFile | undefined> {
    const path = join(folder, `${key}.${Date.now()}.${crypto.randomUUID()}`)
    return rename(pathOf(key), path).then(() => ({ key, path }), unlessGone)
  }

  async function giveBack({ key, path }: TrashedFile): Promise<boolean> {
    const now = new Date()
    return utimes(path, now, now)
      .then(() => rename(path, pathOf(key)))
      .then(
        () => true,
        (error) => unlessGone(error) ?? false,
      )
  }

  /** Says of files that were taken whether they go back, stay for now, or are removed. */
  async function decide(taken: TrashedFile[], usedOf: UsedOf): Promise<Released> {
    if (taken.length === 0) return none
    const held = await holds.held()
    const used = new Set(await usedOf(taken.map(({ key }) => key)))
    const back = taken.filter(({ key }) => held.has(key) || used.has(key))
    await settle(back.map(giveBack))
    const unused = held.has(everything) ? [] : taken.filter((one) => !back.includes(one))
    await settle(unused.map(({ path }) => rm(path, { force: true })))
    const waiting = back.filter(({ key }) => !used.has(key)).map(({ key }) => key)
    return { freed: unused.length, waiting }
  }

  const left = () => takenIn(folder)

  return {
    /** The keys of all files that have been out of their place for `ageMs`. */
    keys: async (ageMs = 0) => (await left()).filter((one) => Date.now() - one.since >= ageMs).map(({ key }) => key),

    /** Gets the file of a key back into its place; says whether it is there. */
    async bringBack(key: string): Promise<boolean> {
      const isInPlace = () => lstat(pathOf(key)).then((found) => found.isFile(), unlessGone)
      if (await isInPlace()) return true
      const ways = (await left()).filter((one) => one.key === key)
      const came = await Promise.all(ways.map(giveBack))
      // Somebody else may have been quicker.
      return came.includes(true) || (await isInPlace()) === true
    },

    /** Removes the files of these keys unless they are in use, or held: those that are only held are given as `waiting`. */
    async release(keys: string[], usedOf: UsedOf): Promise<Released> {
      if (keys.length === 0) return none
      // Holds are read before and after: one may end, or begin, while rows are asked for.
      const before = await holds.held()
      const used = new Set(await usedOf(keys))
      const held = new Set([...before, ...(await holds.held())])
      const unused = keys.filter((key) => !used.has(key))
      const free = unused.filter((key) => !held.has(key))
      const { freed, waiting } = await decide(await settle(free.map(take)), usedOf)
      return { freed, waiting: [...unused.filter((key) => held.has(key)), ...waiting] }
    },

    /** Decides about what other rounds left; gives how many were removed. */
    async finish(usedOf: UsedOf): Promise<number> {
      return (await decide((await left()).slice(0, keysAtOnce), usedOf)).freed
    },
  }
}

/** The paths of files of this key that are out of their place. */
export const pathsIn = async (folder: string, key: string): Promise<string[]> =>
  (await takenIn(folder)).filter((one) => one.key === key).map(({ path }) => path)

async function takenIn(folder: string): Promise<(TrashedFile & { since: number })[]> {
  const names = (await readdir(folder).catch(unlessGone)) ?? []
  return names.flatMap((name) => {
    const [, key, time] = takenName.exec(name) ?? []
    return key ? [{ key, path: join(folder, name), since: Number(time) }] : []
  })
}

async function settle<Value>(all: Promise<Value | undefined>[]): Promise<Value[]> {
  return (await Promise.all(all)).filter((one) => one !== undefined)
}
