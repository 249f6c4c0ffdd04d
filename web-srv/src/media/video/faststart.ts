import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { mapDiskFull, readAt, writeAll } from '../store/disk.ts'
import { type Box, boxesIn, fileBoxes, readBox, viewOf } from './boxes.ts'

/**
 * Writes the MP4 or MOV at `path` to `target` with its index in front, so that playback can start before the whole file
 * has arrived. Undefined, and no file, if the index is already in front, the file is fragmented, or the index cannot be
 * moved. Throws invalid for an index of more than 32 MiB.
 */
export async function faststart(path: string, target: string): Promise<{ path: string; sha256: string } | undefined> {
  const from = await open(path, 'r')
  try {
    const boxes = await fileBoxes(from, (await from.stat()).size)
    const moov = boxes.find((box) => box.type === 'moov')
    const media = boxes.find((box) => box.type === 'mdat')
    if (!moov || !media || moov.start < media.start || boxes.some((box) => box.type === 'moof')) return undefined
    const index = moved(await readBox(from, moov), moov, media.start)
    return index && { path: target, sha256: await write(from, target, boxes, moov, index) }
  } finally {
    await from.close()
  }
}

/** The index with its offsets changed for the position `target`. Undefined if an offset no longer fits its field. */
function moved(index: Uint8Array, moov: Box, target: number): Uint8Array | undefined {
  // A size of zero means "up to the end of the file", which is only right for the last box.
  if (viewOf(index).getUint32(0) === 0) viewOf(index).setUint32(0, index.length)
  const shift = (offset: number) => offset + (offset >= target && offset < moov.start ? index.length : 0)
  return shiftAll(index, moov.bodyStart - moov.start, index.length, shift) ? index : undefined
}

const parentTypes = new Set(['trak', 'mdia', 'minf', 'stbl'])

function shiftAll(bytes: Uint8Array, from: number, to: number, shift: (offset: number) => number): boolean {
  const boxes = [...boxesIn(bytes, from, to)]
  return boxes.every((box) => {
    if (parentTypes.has(box.type)) return shiftAll(bytes, box.bodyStart, box.end, shift)
    if (box.type === 'stco') return shiftTable(bytes, box, 4, shift)
    if (box.type === 'co64') return shiftTable(bytes, box, 8, shift)
    return box.type !== 'cmov' // the offsets of a compressed index cannot be changed
  })
}

function shiftTable(bytes: Uint8Array, box: Box, width: 4 | 8, shift: (offset: number) => number) {
  const view = viewOf(bytes)
  if (box.end - box.bodyStart < 8) return false
  const count = view.getUint32(box.bodyStart + 4)
  const first = box.bodyStart + 8
  if (first + count * width > box.end) return false
  for (let at = first; at < first + count * width; at += width) {
    if (width === 8) view.setBigUint64(at, BigInt(shift(Number(view.getBigUint64(at)))))
    else {
      const offset = shift(view.getUint32(at))
      if (offset > 0xffff_ffff) return false
      view.setUint32(at, offset)
    }
  }
  return true
}

async function write(from: FileHandle, target: string, boxes: Box[], moov: Box, index: Uint8Array) {
  const to = await open(target, 'wx')
  const hash = createHash('sha256')
  const add = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await writeAll(to, [bytes])
  }
  try {
    for (const box of boxes) {
      if (box.type === 'mdat' && index.length > 0) {
        await add(index)
        index = index.subarray(index.length)
      }
      if (box !== moov) await copy(from, box, add)
    }
  } catch (error) {
    await rm(target, { force: true })
    throw mapDiskFull(error)
  } finally {
    await to.close()
  }
  return hash.digest('hex')
}

const pieceBytes = 1024 * 1024

async function copy(from: FileHandle, box: Box, add: (bytes: Uint8Array) => Promise<void>) {
  for (let at = box.start; at < box.end; at += pieceBytes)
    await add(await readAt(from, at, Math.min(pieceBytes, box.end - at)))
}
