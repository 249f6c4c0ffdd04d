// Reads what the boxes of an MP4 or MOV say about time. The demuxer does not read them, since it would create an object
// for every frame that a table of a few bytes claims to have: four billion of them end the process.
import type { FileHandle } from 'node:fs/promises'
import { type Box, boxesIn, fileBoxes, readBox, viewOf } from './boxes.ts'
import { InvalidVideo } from './invalid-video.ts'

/** The length of one video track. */
export interface Timing {
  frames: number
  seconds: number
}

export interface Movie {
  tracks: number
  /** One for each video track. Undefined for a fragmented file, which has the times only in its fragments. */
  timings?: Timing[]
}

const maxFragmentSamples = 1_000_000

/** Reads the index of a movie. Throws invalid if there is none, or if the fragments claim too many samples. */
export async function readMovie(file: FileHandle, fileBytes: number): Promise<Movie> {
  const boxes = await fileBoxes(file, fileBytes)
  const moovBox = boxes.find((box) => box.type === 'moov')
  if (!moovBox) throw new InvalidVideo('VIDEO_WITHOUT_INDEX')
  const moov = await readBox(file, moovBox)
  const root = { type: 'moov', start: 0, bodyStart: moovBox.bodyStart - moovBox.start, end: moov.length }
  const tracks = childrenOf(moov, root).filter((box) => box.type === 'trak')
  const fragments = boxes.filter((box) => box.type === 'moof')
  if (fragments.length === 0) return { tracks: tracks.length, timings: tracks.flatMap((track) => timing(moov, track)) }
  let samples = claimedSamples(moov)
  for (const fragment of fragments) samples += claimedSamples(await readBox(file, fragment))
  if (samples > maxFragmentSamples)
    throw new InvalidVideo('VIDEO_TOO_MANY_SAMPLES', { samples, max: maxFragmentSamples })
  return { tracks: tracks.length }
}

function timing(moov: Uint8Array, track: Box): Timing[] {
  const view = viewOf(moov)
  const media = child(moov, track, 'mdia')
  const handler = child(moov, media, 'hdlr')
  if (!handler || ascii(moov, handler.bodyStart + 8) !== 'vide') return []
  const header = child(moov, media, 'mdhd')
  const table = child(moov, child(moov, child(moov, media, 'minf'), 'stbl'), 'stts')
  if (!header || !table || header.end - header.bodyStart < 24 || table.end - table.bodyStart < 8)
    throw new InvalidVideo('VIDEO_DAMAGED')
  const ticksPerSecond = view.getUint32(header.bodyStart + (moov[header.bodyStart] === 1 ? 20 : 12))
  const { frames, ticks } = times(moov, table.bodyStart, table.end)
  if (ticksPerSecond === 0) throw new InvalidVideo('VIDEO_DAMAGED')
  return [{ frames, seconds: ticks / ticksPerSecond }]
}

/** Sums up a table of (frames, ticks per frame) that starts at `at`. */
function times(bytes: Uint8Array, at: number, end: number) {
  const view = viewOf(bytes)
  const entries = Math.min(view.getUint32(at + 4), Math.floor((end - at - 8) / 8))
  let frames = 0
  let ticks = 0
  for (let entry = 0; entry < entries; entry++) {
    const count = view.getUint32(at + 8 + entry * 8)
    frames += count
    ticks += count * view.getUint32(at + 12 + entry * 8)
  }
  return { frames, ticks }
}

/** Searches for the letters anywhere, since a box with a false size can hide others from a walk through the boxes. */
function claimedSamples(bytes: Uint8Array) {
  let samples = 0
  for (const body of bodiesOf(bytes, 'stts')) samples += times(bytes, body, bytes.length).frames
  for (const body of bodiesOf(bytes, 'trun')) samples += viewOf(bytes).getUint32(body + 4)
  return samples
}

/** The start of the body after the letters: right after them, or after a 64-bit size, which a size of 1 announces. */
function* bodiesOf(bytes: Uint8Array, letters: string) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = buffer.indexOf(letters); at >= 0; at = buffer.indexOf(letters, at + 1)) {
    const body = at >= 4 && buffer.readUInt32BE(at - 4) === 1 ? at + 12 : at + 4
    if (body + 8 <= bytes.length) yield body
  }
}

const childrenOf = (bytes: Uint8Array, box: Box) => [...boxesIn(bytes, box.bodyStart, box.end)]
const child = (bytes: Uint8Array, parent: Box | undefined, type: string) =>
  parent && childrenOf(bytes, parent).find((box) => box.type === type)
const ascii = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
