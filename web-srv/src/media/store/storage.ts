import { lstatSync } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure, status, unavailable } from '@douyin/proto'
import { mapDiskFull, sync, unlessGone } from './disk.ts'
import { everything, type Hold, holdsIn } from './holds.ts'
import { keysAtOnce, pathsIn, trashFolder, type UsedOf } from './trash.ts'

export interface StoredFile {
  /** Read lazily, slice by slice. */
  content: Blob
  bytes: number
  modified: Date
}

/** A file that was made, and the key that it shall have. */
export interface NewFile {
  path: string
  key: string
}

/** Where media live: written once, named by their content. */
export interface Storage {
  /**
   * Moves the files in, durably, and then has `makeRow` make the row that names them: only so they cannot be removed meanwhile, as those
   * of a deleted video with the same content. The same content twice is fine.
   */
  store<Row>(files: NewFile[], makeRow: () => Promise<Row>): Promise<Row>
  /** Undefined for what is not there and for what is no key at all. What is in its place comes at once. */
  read(key: string): StoredFile | Promise<StoredFile | undefined> | undefined
  /** A new name in the same file system, for a file or folder that the caller makes and removes. */
  temporaryPath(): string
  /**
   * Removes those files of one of the `folders` (counted from 0) that were put over `graceMs` ago and whose keys
   * `usedOf` leaves out; gives how many. Why no row loses its file by that: trash.ts.
   */
  free(folder: number, graceMs: number, usedOf: UsedOf): Promise<number>
  /**
   * Removes the files of these keys, however new, if `usedOf` leaves the keys out: from now on nobody reads them. Gives
   * the keys that somebody else stores or looks at in this moment, to be asked about again.
   */
  release(keys: string[], usedOf: UsedOf): Promise<string[]>
  /** Removes, or brings back, what was left half-way; gives how many were removed. */
  finish(usedOf: UsedOf): Promise<number>
  /** The keys of files that are being stored. */
  held(): Promise<ReadonlySet<string>>
  /** The keys of files that have been on their way out for `ageMs`, though nothing holds them. */
  left(ageMs: number): Promise<string[]>
}

export const folders = 256

const keyPattern = /^[0-9a-f]{64}\.(?:mp4|mov|webm|jpg|png)$/
/** Is it a name that we gave to a file? */
export const isKey = (name: string) => keyPattern.test(name)

/** Two levels, since a folder of a million names is slow to list and to back up. */
export const pathOfKey = (root: string, key: string) => join(root, key.slice(0, 2), key.slice(2, 4), key)

/** Of files that have no key yet, in the same file system. */
export const temporaryFolder = (root: string) => join(root, 'tmp')

/** Where the file of a key may be, also while it is on its way out; at last in its place again, where it may have gone back. */
export async function pathsOfKey(root: string, key: string): Promise<string[]> {
  const place = pathOfKey(root, key)
  return [place, ...(await pathsIn(leavingIn(root), key)), place]
}

/** From when this resolves until the end of the hold no file is removed from the disk, though deleted ones leave their place. */
export const holdAll = (root: string): Promise<Hold> => holdsIn(holdsPathIn(root)).hold(everything)

const leavingIn = (root: string) => join(root, 'leaving')
const holdsPathIn = (root: string) => join(root, 'holds')

const staleMs = 60 * 60 * 1000

/** Media in the folder `directory`; temporary files that a killed process left over an hour ago are removed first. */
export async function localDisk(directory: string): Promise<Storage> {
  const root = resolve(directory)
  const [temporary, leavingPath, holdsPath] = [temporaryFolder(root), leavingIn(root), holdsPathIn(root)]
  // Also those that a full disk could not make any more when something is deleted.
  await Promise.all([temporary, leavingPath, holdsPath].map((folder) => mkdir(folder, { recursive: true })))
  await removeStale(temporary)
  const pathOf = (key: string) => pathOfKey(root, key)
  const holds = holdsIn(holdsPath)
  const leaving = trashFolder(leavingPath, pathOf, holds)

  /** What is being stored is also read where somebody else has moved it for a moment. */
  async function elsewhere(key: string): Promise<StoredFile | undefined> {
    // It may have come back, and the hold have ended, since it was not in its place.
    if (!(await holds.held()).has(key)) return fileAt(pathOf(key))
    for (const path of await pathsOfKey(root, key)) {
      const found = fileAt(path)
      if (found) return found
    }
    return undefined
  }

  async function put({ path: temporaryPath, key }: NewFile): Promise<void> {
    const path = pathOf(key)
    const folder = dirname(path)
    // Its age is that of this `put`, not of the upload.
    const now = new Date()
    await utimes(temporaryPath, now, now)
    await sync(temporaryPath)
    await mkdir(folder, { recursive: true })
    await rename(temporaryPath, path)
    // The folders above too: one of them may be as new as the file.
    for (const changed of [folder, dirname(folder), root]) await sync(changed)
  }

  /** While their keys are held. */
  async function putAll(files: NewFile[]): Promise<void> {
    await Promise.all(files.map(put))
    // Not there: this process stood still for so long that it was taken for dead.
    if (!(await areInPlace(files))) throw unavailable('the upload took too long')
  }

  const areInPlace = async (files: NewFile[]) =>
    (await Promise.all(files.map(({ key }) => leaving.bringBack(key)))).every(Boolean)

  return {
    temporaryPath: () => join(temporary, crypto.randomUUID()),

    async store(files, makeRow) {
      if (!files.every(({ key }) => isKey(key))) throw new Error('not a key of the storage')
      const hold = await holds.hold(...files.map(({ key }) => key)).catch(refuse)
      try {
        await putAll(files).catch(refuse)
      } catch (error) {
        await hold.end()
        throw error
      }
      try {
        const row = await makeRow()
        await areInPlace(files)
        await hold.end()
        return row
      } catch (error) {
        if (isFinal(error)) await hold.end()
        throw error
      } finally {
        hold.abandon()
      }
    },

    read(key) {
      if (!keyPattern.test(key)) return undefined
      return fileAt(pathOf(key)) ?? elsewhere(key)
    },

    async free(folder, graceMs, usedOf) {
      let freed = await leaving.finish(usedOf)
      for await (const keys of oldKeys(join(root, folder.toString(16).padStart(2, '0')), graceMs))
        freed += (await leaving.release(keys, usedOf)).freed
      return freed
    },

    async release(keys, usedOf) {
      const isInPlace = (key: string) => isKey(key) && fileAt(pathOf(key)) !== undefined
      const before = new Set(keys.filter(isInPlace))
      // Another round may have them out of their place, and give them back for a row that is gone by now.
      const away = new Set(await leaving.keys())
      const there = keys.filter((key) => before.has(key) || isInPlace(key))
      const { waiting } = await leaving.release(there, usedOf)
      return [...new Set([...waiting, ...keys.filter((key) => away.has(key))])]
    },

    finish: leaving.finish,
    held: holds.held,
    left: async (ageMs) => ((await holds.held()).has(everything) ? [] : leaving.keys(ageMs)),
  }
}

/** Within the turn, since an answer that comes later costs more to send; Bun opens and sends the file within one, too. */
function fileAt(path: string): StoredFile | undefined {
  // lstat, so that a link never leads out of the folder.
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? { content: Bun.file(path), bytes: found.size, modified: found.mtime } : undefined
}

/** The keys of files that were put longer ago than `graceMs`, folder by folder, some at a time. */
async function* oldKeys(folder: string, graceMs: number): AsyncGenerator<string[]> {
  const below = (await readdir(folder).catch(unlessGone)) ?? []
  let found: string[] = []
  for (const name of below.filter((one) => /^[0-9a-f]{2}$/.test(one))) {
    const keys = (await readdir(join(folder, name))).filter((key) => keyPattern.test(key))
    const areOld = await Promise.all(keys.map((key) => isOlder(join(folder, name, key), graceMs)))
    found.push(...keys.filter((_, i) => areOld[i]))
    for (; found.length >= keysAtOnce; found = found.slice(keysAtOnce)) yield found.slice(0, keysAtOnce)
  }
  if (found.length > 0) yield found
}

const refuse = (error: unknown): never => {
  throw mapDiskFull(error)
}

/** Whether it is a file that was put longer ago than that. */
async function isOlder(path: string, graceMs: number): Promise<boolean> {
  const found = await lstat(path).catch(unlessGone)
  return found?.isFile() === true && Date.now() - found.mtimeMs > graceMs
}

async function removeStale(temporary: string) {
  const names = await readdir(temporary)
  await Promise.all(
    names.map(async (name) => {
      const path = join(temporary, name)
      const found = await lstat(path).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > staleMs) await rm(path, { recursive: true, force: true })
    }),
  )
}

/** Is it known that no row was made, and that none will be? */
const isFinal = (error: unknown) => error instanceof Failure && error.code !== status.UNAVAILABLE
