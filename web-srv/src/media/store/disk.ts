import { type FileHandle, open } from 'node:fs/promises'
import { Failure } from '@douyin/proto'

/** Writes all chunks, in as many calls as needed. */
export async function writeAll(file: FileHandle, chunks: Uint8Array[]) {
  let remaining = chunks
  while (remaining.length > 0) {
    // A nearly full disk writes only some of the bytes, and reports that only by the count.
    let { bytesWritten } = await file.writev(remaining)
    remaining = remaining.flatMap((chunk) => {
      const written = Math.min(bytesWritten, chunk.length)
      bytesWritten -= written
      return written < chunk.length ? [chunk.subarray(written)] : []
    })
  }
}

/** Makes the content of a file, or the names in a directory, survive a power cut. */
export async function sync(path: string) {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** For `catch`: turns ENOENT into undefined and rethrows any other error. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Maps a full disk to the failure that the client gets. Returns any other error as it is. */
export const mapDiskFull = (error: unknown) => (isDiskFull(error) ? new Failure('DISK_FULL') : error)

export const isDiskFull = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
