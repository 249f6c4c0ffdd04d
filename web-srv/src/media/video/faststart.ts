import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { mapDiskFull, writeAll } from '../store/disk.ts'
import { readAt } from '../store/read-at.ts'
import type { MovedIndex } from './moved-index.ts'

/**
 * Writes the MP4 or MOV at `path` to `target` with its index in front, so that playback can start before the whole file
 * has arrived. Leaves no file if it fails.
 */
export async function faststart(path: string, target: string, moved: MovedIndex) {
  await using from = await open(path, 'r')
  await using to = await open(target, 'wx')
  const hash = createHash('sha256')
  const add = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await writeAll(to, [bytes])
  }
  const copy = async (start: number, end: number) => {
    for (let at = start; at < end; at += pieceBytes) await add(await readAt(from, at, Math.min(pieceBytes, end - at)))
  }
  try {
    await copy(0, moved.mediaStart)
    await add(moved.index)
    await copy(moved.mediaStart, moved.indexStart)
    await copy(moved.indexEnd, moved.fileEnd)
  } catch (error) {
    await rm(target, { force: true })
    throw mapDiskFull(error)
  }
  return { path: target, sha256: hash.digest('hex') }
}

const pieceBytes = 1024 * 1024
