import { lstatSync } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { roomOr, sync, unlessGone } from './disk.ts'
import { isOlder, keysAtOnce, leavingFolder, type UsedOf } from './leaving.ts'

export interface StoredFile {
  /** Read lazily, slice by slice. */
  content: Blob
  bytes: number
  modified: Date
}

/** Where media live: written once, named by their content. */
export interface Storage {
  /** Moves the file in, durably: once this returns, a row may name the key. The same content twice is fine. */
  put(temporaryPath: string, key: string): Promise<void>
  /** Undefined for what is not there and for what is no key at all. What is in its place comes at once. */
  read(key: string): StoredFile | Promise<StoredFile | undefined> | undefined
  /** A new name in the same file system, for a file or folder that the caller makes and removes. */
  temporaryPath(): string
  /**
   * Removes those files of one of the `folders` (counted from 0) that were put over `graceMs` ago and whose keys
   * `usedOf` leaves out; gives how many. Why no row loses its file by that: leaving.ts.
   */
  free(folder: number, graceMs: number, usedOf: UsedOf): Promise<number>
}

export const folders = 256

const keyPattern = /^[0-9a-f]{64}\.(?:mp4|mov|webm|jpg|png)$/
/** Is it a name that we gave to a file? */
export const isKey = (name: string) => keyPattern.test(name)

/** Two levels, since a folder of a million names is slow to list and to back up. */
export const pathOfKey = (root: string, key: string) => join(root, key.slice(0, 2), key.slice(2, 4), key)

/** Of files that have no key yet, in the same file system. */
export const temporaryFolder = (root: string) => join(root, 'tmp')

const staleMs = 60 * 60 * 1000

/** Media in the folder `directory`; temporary files that a killed process left over an hour ago are removed first. */
export async function localDisk(directory: string): Promise<Storage> {
  const root = resolve(directory)
  const temporary = temporaryFolder(root)
  await mkdir(temporary, { recursive: true })
  await removeStale(temporary)
  const pathOf = (key: string) => pathOfKey(root, key)
  const leaving = leavingFolder(join(root, 'leaving'), pathOf)

  async function elsewhere(key: string): Promise<StoredFile | undefined> {
    // Once more in its place in the end: it may have been on its way back.
    for (const path of [...(await leaving.find(key)), pathOf(key)]) {
      const found = fileAt(path)
      if (found) return found
    }
    return undefined
  }

  return {
    temporaryPath: () => join(temporary, crypto.randomUUID()),

    async put(temporaryPath, key) {
      if (!keyPattern.test(key)) throw new Error('not a key of the storage')
      const path = pathOf(key)
      const folder = dirname(path)
      try {
        // Its age is that of this `put`, not of the upload: see leaving.ts.
        const now = new Date()
        await utimes(temporaryPath, now, now)
        await sync(temporaryPath)
        await mkdir(folder, { recursive: true })
        await rename(temporaryPath, path)
        // The folders above too: one of them may be as new as the file.
        for (const changed of [folder, dirname(folder), root]) await sync(changed)
      } catch (error) {
        throw roomOr(error)
      }
    },

    read(key) {
      if (!keyPattern.test(key)) return undefined
      return fileAt(pathOf(key)) ?? elsewhere(key)
    },

    async free(folder, graceMs, usedOf) {
      let freed = await leaving.release([], graceMs, usedOf)
      for await (const keys of oldKeys(join(root, folder.toString(16).padStart(2, '0')), graceMs)) {
        const used = new Set(await usedOf(keys))
        const unused = keys.filter((key) => !used.has(key))
        if (unused.length > 0) freed += await leaving.release(unused, graceMs, usedOf)
      }
      return freed
    },
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
