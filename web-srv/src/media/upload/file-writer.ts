import { type FileHandle, open, rm } from 'node:fs/promises'
import { writeAll } from '../store/disk.ts'

/** How much is written at a time. As much again may be buffered meanwhile. */
const batchBytes = 512 << 10

export type FileWriter = ReturnType<typeof fileWriter>

/**
 * Writes chunks to a new file in their order, while more chunks arrive. `onWritten` is called with each chunk that is
 * in the file. A failed write makes the next `add` or `close` fail.
 */
export function fileWriter(path: string, onWritten: (chunk: Uint8Array) => void) {
  let file: FileHandle | undefined
  let batch: Uint8Array[] = []
  let size = 0
  let writing = Promise.resolve()

  async function write(chunks: Uint8Array[]): Promise<void> {
    file ??= await open(path, 'wx')
    await writeAll(file, chunks)
    chunks.forEach(onWritten)
  }

  async function writeBatch(): Promise<void> {
    await writing
    writing = write(batch)
    // The next await of `writing` gets the error. There may be none, so this avoids an unhandled rejection.
    writing.catch(() => {})
    batch = []
    size = 0
  }

  return {
    /** Waits while the disk is behind. */
    async add(chunk: Uint8Array): Promise<void> {
      batch.push(chunk)
      size += chunk.length
      if (size >= batchBytes) await writeBatch()
    },
    /** Afterwards the file exists, even if it is empty. */
    async close(): Promise<void> {
      await writeBatch()
      await writing
      await file?.close()
    },
    /** Removes the file, closed or not. */
    async discard(): Promise<void> {
      await writing.catch(() => {})
      await file?.close().catch(() => {})
      await rm(path, { force: true })
    },
  }
}
