import { open } from 'node:fs/promises'
import { type Box, boxesIn, fileBoxes, readBox, viewOf } from './boxes.ts'

/** Positions are in bytes from the start of the file as it is. */
export interface MovedIndex {
  /** The index as it must be if it is in front of the media data. */
  index: Uint8Array<ArrayBuffer>
  mediaStart: number
  indexStart: number
  indexEnd: number
  /** The end of the last box. */
  fileEnd: number
}

/**
 * Computes the index of the MP4 or MOV at `path` for a place in front of the media data. Undefined if it is already
 * there, if the file is fragmented, or if the index cannot be moved. Throws invalid for an index of more than 32 MiB.
 */
export async function movedIndex(path: string): Promise<MovedIndex | undefined> {
  const file = await open(path, 'r')
  try {
    const boxes = await fileBoxes(file, (await file.stat()).size)
    const moov = boxes.find((box) => box.type === 'moov')
    const media = boxes.find((box) => box.type === 'mdat')
    if (!moov || !media || moov.start < media.start || boxes.some((box) => box.type === 'moof')) return undefined
    const index = await readBox(file, moov)
    if (!move(index, moov, media.start)) return undefined
    const fileEnd = boxes.at(-1)?.end ?? moov.end
    return { index, mediaStart: media.start, indexStart: moov.start, indexEnd: moov.end, fileEnd }
  } finally {
    await file.close()
  }
}

/** Changes the offsets for the position `target`. False if an offset no longer fits its field. */
function move(index: Uint8Array, moov: Box, target: number): boolean {
  // A size of zero means "up to the end of the file", which is only right for the last box.
  if (viewOf(index).getUint32(0) === 0) viewOf(index).setUint32(0, index.length)
  const shift = (offset: number) => offset + (offset >= target && offset < moov.start ? index.length : 0)
  return shiftAll(index, moov.bodyStart - moov.start, index.length, shift)
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
