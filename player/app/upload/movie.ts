// Reads the index of an MP4 or MOV file, so that the page knows the frame rate, which no browser tells, and knows about
// files that the browser cannot play.

export interface Movie {
  /** In pixels, as stored. */
  width: number
  height: number
  seconds: number
  /** The average. */
  fps: number
}

/** The index of an hour of video has a few megabytes. */
const maxIndexBytes = 32 << 20
/** Boxes before the index. Few files have more than ten. */
const maxBoxes = 100

/** The picture track with the most pixels. Undefined if the file has no such index, as WebM and fragmented files. */
export async function readMovie(file: Blob): Promise<Movie | undefined> {
  try {
    const index = await findIndex(file)
    if (!index) return
    const movies = childrenOf(index, 'trak').flatMap((track) => movieOf(track) ?? [])
    return movies.toSorted((a, b) => b.width * b.height - a.width * a.height)[0]
  } catch {
    // A damaged index points outside of itself. A file may disappear.
    return
  }
}

async function findIndex(file: Blob): Promise<DataView | undefined> {
  let start = 0
  for (let i = 0; i < maxBoxes && start + 8 <= file.size; i++) {
    // Sequential: where a box starts is known from the one before.
    const header = new DataView(await file.slice(start, start + 16).arrayBuffer())
    const bytes = boxBytes(header, 0, file.size - start)
    if (typeAt(header, 4) === 'moov')
      return bytes <= maxIndexBytes ? new DataView(await file.slice(start + 8, start + bytes).arrayBuffer()) : undefined
    if (bytes < 8) return
    start += bytes
  }
  return
}

/** The size of a box: 1 stands for a 64-bit size after the type, 0 for the rest of the file. */
function boxBytes(view: DataView, at: number, restBytes: number): number {
  const bytes = view.getUint32(at)
  if (bytes === 1) return view.byteLength >= at + 16 ? Number(view.getBigUint64(at + 8)) : 0
  return bytes === 0 ? restBytes : bytes
}

const typeAt = (view: DataView, at: number) =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))

/** The contents of the boxes of this type. */
function childrenOf(parent: DataView, type: string): DataView[] {
  const children: DataView[] = []
  for (let at = 0; at + 8 <= parent.byteLength; ) {
    const bytes = boxBytes(parent, at, parent.byteLength - at)
    if (bytes < 8) break
    if (typeAt(parent, at + 4) === type)
      children.push(new DataView(parent.buffer, parent.byteOffset + at + 8, bytes - 8))
    at += bytes
  }
  return children
}

function descend(parent: DataView, ...types: string[]): DataView | undefined {
  return types.reduce<DataView | undefined>((box, type) => box && childrenOf(box, type)[0], parent)
}

function movieOf(track: DataView): Movie | undefined {
  const handler = descend(track, 'mdia', 'hdlr')
  const header = descend(track, 'mdia', 'mdhd')
  const descriptions = descend(track, 'mdia', 'minf', 'stbl', 'stsd')
  const times = descend(track, 'mdia', 'minf', 'stbl', 'stts')
  if (!handler || !header || !descriptions || !times || typeAt(handler, 8) !== 'vide') return
  const unitsPerSecond = header.getUint32(header.getUint8(0) === 1 ? 20 : 12)
  const { frames, units } = timesOf(times)
  // After flags, count, size, type and 24 bytes about the format.
  const [width, height] = [descriptions.getUint16(40), descriptions.getUint16(42)]
  const seconds = units / unitsPerSecond
  return seconds > 0 && frames > 1 ? { width, height, seconds, fps: frames / seconds } : undefined
}

function timesOf(table: DataView): { frames: number; units: number } {
  let frames = 0
  let units = 0
  for (let i = 0; i < table.getUint32(4); i++) {
    const count = table.getUint32(8 + i * 8)
    frames += count
    units += count * table.getUint32(12 + i * 8)
  }
  return { frames, units }
}
