import { lstatSync } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure, status } from '@douyin/proto'
import { ignoreMissing, mapDiskFull, sync } from './disk.ts'
import { everything, type Hold, holdsIn } from './holds.ts'
import { type FindUsedKeys, keyBatchSize, pathsIn, trashIn, trashPathIn } from './trash.ts'

export interface StoredFile {
  /** Read lazily, slice by slice. */
  content: Blob
  bytes: number
  modified: Date
}

/** A new file, and the key to store it under. */
export interface NewFile {
  path: string
  key: string
}

/** Storage of media files. Each file is written once and named by its content. */
export interface Storage {
  /**
   * Moves the files in, durably, and then calls `makeRow` to make the row that names them. The files are held
   * meanwhile: otherwise they could be removed as those of a deleted video with the same content. The same content may
   * be stored twice.
   */
  store<Row>(files: NewFile[], makeRow: () => Promise<Row>): Promise<Row>
  /** Undefined for a missing file and for an invalid key. A file that is in its place is returned synchronously. */
  read(key: string): StoredFile | Promise<StoredFile | undefined> | undefined
  /** A new path in the same file system, for a file or folder that the caller creates and removes. */
  temporaryPath(): string
  /**
   * Removes those files of one of the `folders` (counted from 0) that were stored over `graceMs` ago and whose keys
   * `findUsedKeys` does not return. Returns how many. trash.ts says why no row loses its file.
   */
  free(folder: number, graceMs: number, findUsedKeys: FindUsedKeys): Promise<number>
  /**
   * Removes the files of these keys, at any age, unless `findUsedKeys` returns the key. They are no longer served from
   * then on. Returns the keys that another process stores or checks at this moment, so that the caller can retry them.
   */
  release(keys: string[], findUsedKeys: FindUsedKeys): Promise<string[]>
  /** Removes or puts back the files that an interrupted removal left. Returns how many were removed. */
  finish(findUsedKeys: FindUsedKeys): Promise<number>
  /** The keys of files that are being stored. */
  held(): Promise<ReadonlySet<string>>
  /** The keys of files that have been in the trash for `ageMs`. None while everything is held. */
  trashedKeys(ageMs: number): Promise<string[]>
}

export const folders = 256

const keyPattern = /^[0-9a-f]{64}\.(?:mp4|mov|webm|jpg|png)$/
/** True for a name that the storage gives to files. */
export const isKey = (name: string) => keyPattern.test(name)

/** Two levels, since a folder of a million names is slow to list and to back up. */
export const pathOfKey = (root: string, key: string) => join(root, key.slice(0, 2), key.slice(2, 4), key)

/** The folder of files that have no key yet, in the same file system. */
export const temporaryFolder = (root: string) => join(root, 'tmp')

/** The paths where the file of a key may be, also in the trash. Its place is also last, as the file may be put back. */
export async function pathsOfKey(root: string, key: string): Promise<string[]> {
  const place = pathOfKey(root, key)
  return [place, ...(await pathsIn(root, key)), place]
}

/** From when this resolves until its release, no file is removed from the disk. Deleted ones do leave their place. */
export const holdAll = (root: string): Promise<Hold> => holdsIn(holdsPathIn(root)).hold(everything)

const holdsPathIn = (root: string) => join(root, 'holds')

const staleMs = 60 * 60 * 1000

/** Storage in the folder `directory`. Temporary files that a killed process left over an hour ago are removed first. */
export async function localDisk(directory: string): Promise<Storage> {
  const root = resolve(directory)
  const [temporary, holdsPath] = [temporaryFolder(root), holdsPathIn(root)]
  // All of them now: on a full disk, a folder could not be created when something is deleted.
  await Promise.all([temporary, trashPathIn(root), holdsPath].map((folder) => mkdir(folder, { recursive: true })))
  await removeStale(temporary)
  const pathOf = (key: string) => pathOfKey(root, key)
  const holds = holdsIn(holdsPath)
  const trash = trashIn(root, pathOf, holds)

  /** A file that is being stored is also read from where another process has moved it for a moment. */
  async function readMoved(key: string): Promise<StoredFile | undefined> {
    // Since the file was missing in its place, it may have been put back and its hold released.
    if (!(await holds.held()).has(key)) return fileAt(pathOf(key))
    for (const path of await pathsOfKey(root, key)) {
      const file = fileAt(path)
      if (file) return file
    }
    return undefined
  }

  async function put({ path: temporaryPath, key }: NewFile): Promise<void> {
    const path = pathOf(key)
    const folder = dirname(path)
    // The age of a file counts from here, not from the upload.
    const now = new Date()
    await utimes(temporaryPath, now, now)
    await sync(temporaryPath)
    await mkdir(folder, { recursive: true })
    await rename(temporaryPath, path)
    // The parent folders too: each may be as new as the file.
    for (const parent of [folder, dirname(folder), root]) await sync(parent)
  }

  /** The keys must be held. */
  async function putAll(files: NewFile[]): Promise<void> {
    await Promise.all(files.map(put))
    // Missing: this process paused for so long that others took it for dead.
    if (!(await areInPlace(files))) throw new Failure('STORING_TOO_SLOW')
  }

  const areInPlace = async (files: NewFile[]) =>
    (await Promise.all(files.map(({ key }) => trash.bringBack(key)))).every(Boolean)

  return {
    temporaryPath: () => join(temporary, crypto.randomUUID()),

    async store(files, makeRow) {
      if (!files.every(({ key }) => isKey(key))) throw new Error('not a key of the storage')
      const hold = await holds.hold(...files.map(({ key }) => key)).catch(throwMapped)
      try {
        await putAll(files).catch(throwMapped)
      } catch (error) {
        await hold.release()
        throw error
      }
      try {
        const row = await makeRow()
        await areInPlace(files)
        await hold.release()
        return row
      } catch (error) {
        if (isFinal(error)) await hold.release()
        throw error
      } finally {
        hold.abandon()
      }
    },

    read(key) {
      if (!keyPattern.test(key)) return undefined
      return fileAt(pathOf(key)) ?? readMoved(key)
    },

    async free(folder, graceMs, findUsedKeys) {
      let freed = await trash.finish(findUsedKeys)
      for await (const keys of oldKeys(join(root, folder.toString(16).padStart(2, '0')), graceMs))
        freed += (await trash.release(keys, findUsedKeys)).freed
      return freed
    },

    async release(keys, findUsedKeys) {
      const isInPlace = (key: string) => isKey(key) && fileAt(pathOf(key)) !== undefined
      const inPlaceBefore = new Set(keys.filter(isInPlace))
      // Another round may have these files out of their place, and put them back for a row that is deleted by now.
      const trashed = new Set(await trash.keys())
      const inPlace = keys.filter((key) => inPlaceBefore.has(key) || isInPlace(key))
      const { waiting } = await trash.release(inPlace, findUsedKeys)
      return [...new Set([...waiting, ...keys.filter((key) => trashed.has(key))])]
    },

    finish: trash.finish,
    held: holds.held,
    trashedKeys: async (ageMs) => ((await holds.held()).has(everything) ? [] : trash.keys(ageMs)),
  }
}

/**
 * Synchronous, since a response that comes in a later turn of the event loop costs more to send. Bun also opens and
 * sends the file within one turn.
 */
function fileAt(path: string): StoredFile | undefined {
  // lstat, so that a link never leads out of the folder.
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? { content: Bun.file(path), bytes: stats.size, modified: stats.mtime } : undefined
}

/** The keys of files that were stored longer ago than `graceMs`, folder by folder, in batches. */
async function* oldKeys(folder: string, graceMs: number): AsyncGenerator<string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? []
  let batch: string[] = []
  for (const subfolder of names.filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    const keys = (await readdir(join(folder, subfolder))).filter((key) => keyPattern.test(key))
    const areOld = await Promise.all(keys.map((key) => isOlder(join(folder, subfolder, key), graceMs)))
    batch.push(...keys.filter((_, i) => areOld[i]))
    for (; batch.length >= keyBatchSize; batch = batch.slice(keyBatchSize)) yield batch.slice(0, keyBatchSize)
  }
  if (batch.length > 0) yield batch
}

const throwMapped = (error: unknown): never => {
  throw mapDiskFull(error)
}

/** True for a file that was stored longer ago than `graceMs`. */
async function isOlder(path: string, graceMs: number): Promise<boolean> {
  const stats = await lstat(path).catch(ignoreMissing)
  return stats?.isFile() === true && Date.now() - stats.mtimeMs > graceMs
}

async function removeStale(temporary: string) {
  const names = await readdir(temporary)
  await Promise.all(
    names.map(async (name) => {
      const path = join(temporary, name)
      const stats = await lstat(path).catch(() => undefined)
      if (stats && Date.now() - stats.mtimeMs > staleMs) await rm(path, { recursive: true, force: true })
    }),
  )
}

/** True if it is certain that no row was made and that none will be. */
const isFinal = (error: unknown) => error instanceof Failure && error.code !== status.UNAVAILABLE
