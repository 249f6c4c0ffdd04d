// Removes files that no row names from a folder that several processes write to. No row ever loses its file.
//
// A file system has no "remove this name if it still means the file that I checked". Between the check whether a key is
// in use and the removal, the same content may be stored again and its row be made. So:
//
// 1. A process that stores files holds their keys from before they are stored until their row is made (holds.ts). Then
//    it checks that the files are in their place, and releases the hold. If it cannot know whether the row was made,
//    the hold stays for another minute.
// 2. If a key is not in use, and is held neither before nor after that check, its file is renamed out of its place into
//    `trash/`, to a unique name. No other process writes to that name, so what is found out about the file from then
//    on stays true. No process reads the file there either, unless its key is held.
// 3. Then both checks are repeated, first the holds, then the rows. If the key is held or in use, the file is put back.
//    Otherwise it is removed, and no row loses it. If a hold begins after the holds are read, its row comes with a new
//    file that is stored after that. If a hold was released before the holds are read, its row was made earlier, and
//    the check of the rows finds it.
//
// This is true for a file of any age. Files that were never deleted, as after a failed upload, are found by their age.
//
// The next round of any process decides about files that a killed process left in `trash/`. If two processes work on
// one file, the rename or the removal of one of them succeeds. Both are right: if one of them found the key in use, the
// row came with a file of its own. A file that is put back may replace a file that was stored meanwhile, which has the
// same content. A download in flight keeps its open file.
//
// While everything is held, as during a backup, files leave their place but are not removed: it copies them too.
//
// One case is not covered: a process that pauses for a minute between its last check of the file and its row, and then
// continues. Other processes take its hold for that of a process that died.
import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { ignoreMissing } from './disk.ts'
import { everything, type holdsIn } from './holds.ts'

/** Keys per call. Together with as many held keys they are no more than the services accept. */
export const keyBatchSize = 500
/** `KEY.TIME.UUID`: the time when the file was moved here, and a random id. */
const trashedName = /^([0-9a-f]{64}\.\w+)\.(\d+)\.[0-9a-f-]{36}$/

/** Returns those of the keys that a row names. */
export type FindUsedKeys = (keys: string[]) => Promise<string[]>

export interface TrashedFile {
  key: string
  path: string
}

/** How many files were removed, and the keys of those that may not be removed yet. */
export interface Released {
  freed: number
  waiting: string[]
}

const nothingReleased: Released = { freed: 0, waiting: [] }

export const trashPathIn = (root: string) => join(root, 'trash')
/** The name of the trash in earlier versions. Such a process may run beside this one during an update. */
const formerTrashPathIn = (root: string) => join(root, 'leaving')

/** The trash of a storage. `pathOf` returns the place of a key's file. */
export function trashIn(root: string, pathOf: (key: string) => string, holds: ReturnType<typeof holdsIn>) {
  /** Undefined if another process was faster. */
  async function moveToTrash(key: string): Promise<TrashedFile | undefined> {
    const path = join(trashPathIn(root), `${key}.${Date.now()}.${crypto.randomUUID()}`)
    return rename(pathOf(key), path).then(() => ({ key, path }), ignoreMissing)
  }

  async function putBack({ key, path }: TrashedFile): Promise<boolean> {
    const now = new Date()
    return utimes(path, now, now)
      .then(() => rename(path, pathOf(key)))
      .then(
        () => true,
        (error) => ignoreMissing(error) ?? false,
      )
  }

  /** Puts trashed files back, removes them, or leaves them for now. */
  async function decide(trashed: TrashedFile[], findUsedKeys: FindUsedKeys): Promise<Released> {
    if (trashed.length === 0) return nothingReleased
    const held = await holds.held()
    const used = new Set(await findUsedKeys(trashed.map(({ key }) => key)))
    const needed = trashed.filter(({ key }) => held.has(key) || used.has(key))
    await allDefined(needed.map(putBack))
    const unused = held.has(everything) ? [] : trashed.filter((file) => !needed.includes(file))
    await allDefined(unused.map(({ path }) => rm(path, { force: true })))
    const waiting = needed.filter(({ key }) => !used.has(key)).map(({ key }) => key)
    return { freed: unused.length, waiting }
  }

  const trashedFiles = () => trashedIn(root)

  return {
    /** The keys of all files that have been out of their place for `ageMs`. */
    keys: async (ageMs = 0) =>
      (await trashedFiles()).filter((file) => Date.now() - file.since >= ageMs).map(({ key }) => key),

    /** Puts the file of a key back into its place. Returns true if it is there afterwards. */
    async bringBack(key: string): Promise<boolean> {
      const isInPlace = () => lstat(pathOf(key)).then((stats) => stats.isFile(), ignoreMissing)
      if (await isInPlace()) return true
      const candidates = (await trashedFiles()).filter((file) => file.key === key)
      const arePutBack = await Promise.all(candidates.map(putBack))
      // Another process may have been faster.
      return arePutBack.includes(true) || (await isInPlace()) === true
    },

    /** Removes the files of these keys unless they are in use or held. Keys that are only held are in `waiting`. */
    async release(keys: string[], findUsedKeys: FindUsedKeys): Promise<Released> {
      if (keys.length === 0) return nothingReleased
      // Holds are read before and after: one may begin or be released while the rows are read.
      const before = await holds.held()
      const used = new Set(await findUsedKeys(keys))
      const held = new Set([...before, ...(await holds.held())])
      const unused = keys.filter((key) => !used.has(key))
      const free = unused.filter((key) => !held.has(key))
      const { freed, waiting } = await decide(await allDefined(free.map(moveToTrash)), findUsedKeys)
      return { freed, waiting: [...unused.filter((key) => held.has(key)), ...waiting] }
    },

    /** Decides about files that other rounds left. Returns how many were removed. */
    async finish(findUsedKeys: FindUsedKeys): Promise<number> {
      return (await decide((await trashedFiles()).slice(0, keyBatchSize), findUsedKeys)).freed
    },
  }
}

/** The paths of files of this key that are out of their place. */
export const pathsIn = async (root: string, key: string): Promise<string[]> =>
  (await trashedIn(root)).filter((file) => file.key === key).map(({ path }) => path)

async function trashedIn(root: string) {
  return (await Promise.all([trashPathIn(root), formerTrashPathIn(root)].map(filesIn))).flat()
}

async function filesIn(folder: string): Promise<(TrashedFile & { since: number })[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? []
  return names.flatMap((name) => {
    const [, key, time] = trashedName.exec(name) ?? []
    return key ? [{ key, path: join(folder, name), since: Number(time) }] : []
  })
}

async function allDefined<Value>(promises: Promise<Value | undefined>[]): Promise<Value[]> {
  return (await Promise.all(promises)).filter((value) => value !== undefined)
}
