import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { folders, isKey, type Storage } from '../web-srv/src/media/store/storage.ts'

const concurrency = 4

/** Those of the keys that have no file, and those whose file does not match the hash in its name. */
export async function badFiles(storage: Storage, keys: string[]): Promise<{ missing: string[]; damaged: string[] }> {
  const missing: string[] = []
  const damaged: string[] = []
  const queue = [...keys]
  const work = async () => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const file = await storage.read(key)
      if (!file) missing.push(key)
      else if ((await digestOf(file.content)) !== key.slice(0, 64)) damaged.push(key)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { missing: missing.sort(), damaged: damaged.sort() }
}

export async function digestOf(content: Blob): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of content.stream()) hash.update(bytes)
  return hash.digest('hex')
}

/** The keys of all files that are in their place, one of the 256 folders after the other. */
export async function* keysIn(directory: string): AsyncGenerator<string[]> {
  for (let folder = 0; folder < folders; folder++) {
    const path = join(directory, folder.toString(16).padStart(2, '0'))
    const names = await readdir(path, { recursive: true }).catch(() => [])
    yield names.map((name) => name.slice(name.lastIndexOf('/') + 1)).filter(isKey)
  }
}
