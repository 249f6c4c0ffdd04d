import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { roomOr, sync } from './disk.ts'

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
  /** Undefined for what is not there and for what is no key at all. */
  read(key: string): Promise<StoredFile | undefined>
  /** A new name in the same file system, for a file or folder that the caller makes and removes. */
  temporaryPath(): string
}

const keyPattern = /^[0-9a-f]{64}\.(?:mp4|mov|webm|jpg|png)$/
const staleMs = 60 * 60 * 1000

/** Media in the folder `directory`; temporary files that a killed process left over an hour ago are removed first. */
export async function localDisk(directory: string): Promise<Storage> {
  const root = resolve(directory)
  const temporary = join(root, 'tmp')
  await mkdir(temporary, { recursive: true })
  await removeStale(temporary)
  // Two levels, since a folder of a million names is slow to list and to back up.
  const pathOf = (key: string) => join(root, key.slice(0, 2), key.slice(2, 4), key)

  return {
    temporaryPath: () => join(temporary, crypto.randomUUID()),

    async put(temporaryPath, key) {
      if (!keyPattern.test(key)) throw new Error('not a key of the storage')
      const path = pathOf(key)
      const folder = dirname(path)
      try {
        await sync(temporaryPath)
        await mkdir(folder, { recursive: true })
        await rename(temporaryPath, path)
        // The folders above too: one of them may be as new as the file.
        for (const changed of [folder, dirname(folder), root]) await sync(changed)
      } catch (error) {
        throw roomOr(error)
      }
    },

    async read(key) {
      if (!keyPattern.test(key)) return undefined
      const path = pathOf(key)
      // lstat, so that a link never leads out of the folder.
      const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      return found?.isFile() ? { content: Bun.file(path), bytes: found.size, modified: found.mtime } : undefined
    },
  }
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
