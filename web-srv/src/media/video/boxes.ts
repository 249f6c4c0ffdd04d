// The box structure of MP4 and QuickTime files (ISO/IEC 14496-12): a size, a type of four letters and a body.
import type { FileHandle } from 'node:fs/promises'
import { readAt } from '../store/read-at.ts'
import { InvalidVideo } from './invalid-video.ts'

/** The position of a box, in bytes from the start of the file or of the buffer that has it. */
export interface Box {
  type: string
  start: number
  bodyStart: number
  end: number
}

const maxBoxes = 20_000
/** The largest box that is read into memory whole. */
export const maxIndexBytes = 32 * 1024 * 1024

/** The top-level boxes of a file. A box that reaches past the end of the file ends the list. */
export async function fileBoxes(file: FileHandle, fileBytes: number): Promise<Box[]> {
  const boxes: Box[] = []
  for (let start = 0; start < fileBytes; ) {
    const header = await readAt(file, start, 16)
    const box = boxAt(header, 0, fileBytes - start)
    if (!box) break
    if (boxes.length === maxBoxes) throw new InvalidVideo('VIDEO_TOO_MANY_PIECES', { max: maxBoxes })
    boxes.push({ type: box.type, start, bodyStart: start + box.bodyStart, end: start + box.end })
    start += box.end
  }
  return boxes
}

/** The boxes inside another box that is in memory. */
export function* boxesIn(bytes: Uint8Array, from: number, to: number): Generator<Box> {
  for (let start = from; start < to; ) {
    const box = boxAt(bytes, start, to)
    if (!box) return
    yield box
    start = box.end
  }
}

/** Reads a whole box with its header. */
export async function readBox(file: FileHandle, box: Box) {
  const bytes = box.end - box.start
  if (bytes > maxIndexBytes) throw new InvalidVideo('VIDEO_INDEX_TOO_LARGE', { maxMiB: maxIndexBytes / 2 ** 20 })
  return readAt(file, box.start, bytes)
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function boxAt(bytes: Uint8Array, start: number, limit: number): Box | undefined {
  const view = viewOf(bytes)
  if (start + 8 > Math.min(limit, bytes.length)) return undefined
  const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8))
  const shortSize = view.getUint32(start)
  if (shortSize === 0) return { type, start, bodyStart: start + 8, end: limit }
  if (shortSize !== 1)
    return shortSize < 8 ? undefined : within(limit, { type, start, bodyStart: start + 8, end: start + shortSize })
  if (start + 16 > Math.min(limit, bytes.length)) return undefined
  const longSize = Number(view.getBigUint64(start + 8))
  return longSize < 16 ? undefined : within(limit, { type, start, bodyStart: start + 16, end: start + longSize })
}

const within = (limit: number, box: Box) => (box.end <= limit ? box : undefined)
