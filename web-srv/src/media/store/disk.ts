import { type FileHandle, open } from 'node:fs/promises'
import { unavailable } from '@douyin/proto'

/** Writes all of the chunks, however many calls that takes. */
export async function writeAll(file: FileHandle, chunks: Uint8Array[]) {
  let rest = chunks
  while (rest.length > 0) {
    // A disk that is nearly full takes a part of the bytes and says so only by the count.
    let { bytesWritten } = await file.writev(rest)
    rest = rest.flatMap((chunk) => {
      const taken = Math.min(bytesWritten, chunk.length)
      bytesWritten -= taken
      return taken < chunk.length ? [chunk.subarray(taken)] : []
    })
  }
}

/** The bytes at `position`, fewer than `length` at the end of the file. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** Makes what was written to a file, or the names in a directory, survive a power cut. */
export async function sync(path: string) {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** For `catch`: what is not there gives undefined. */
export function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** The failure to tell for a full disk; any other error comes back as it is. */
export const mapDiskFull = (error: unknown) => (isDiskFull(error) ? diskFull() : error)

export const diskFull = () => unavailable('the server has no room for this video now')

export const isDiskFull = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
