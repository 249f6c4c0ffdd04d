import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { gate } from '@douyin/process'
import { Failure } from '@douyin/proto'
import { mapDiskFull } from '../store/disk.ts'
import type { NewFile, Storage } from '../store/storage.ts'

/** Limits on an uploaded picture. */
export const imageLimits = { maxBytes: 8 << 20, maxSide: 8192, maxPixels: 50e6 }

/** One at a time, since a picture of few bytes may take 200 MB when decoded. */
const decodeQueue = gate({
  name: 'pictures',
  concurrency: 1,
  full: { waiting: 32, error: () => new Failure('TOO_MANY_WAITING_PICTURES') },
})

const formats = ['jpeg', 'png', 'webp']

/**
 * Decodes a picture, resizes it to fit into `side` pixels and encodes it again as a JPEG to be stored. The uploaded
 * bytes, which may name the location and the camera, are never stored. Throws invalid if the bytes are not a picture,
 * or the picture is too large.
 */
export async function acceptImage(bytes: Uint8Array, side: number, storage: Storage): Promise<NewFile> {
  if (bytes.length > imageLimits.maxBytes)
    throw new Failure('PICTURE_TOO_LARGE', { maxMiB: imageLimits.maxBytes >> 20 })
  const jpeg = await decodeQueue(() => redraw(bytes, side))
  const path = storage.temporaryPath()
  await writeFile(path, jpeg).catch((error) => {
    throw mapDiskFull(error)
  })
  return { path, key: `${createHash('sha256').update(jpeg).digest('hex')}.jpg` }
}

async function redraw(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const { maxSide, maxPixels } = imageLimits
  const image = new Bun.Image(bytes, { maxPixels })
  const unreadable = (error: unknown): never => {
    if ((error as { code?: string }).code === 'ERR_IMAGE_TOO_MANY_PIXELS') throw tooManyPixels()
    throw new Failure('PICTURE_UNREADABLE')
  }
  const { format, width, height } = await image.metadata().catch(unreadable)
  if (!formats.includes(format)) throw new Failure('PICTURE_FORMAT_NOT_ACCEPTED')
  if (Math.max(width, height) > maxSide) throw new Failure('PICTURE_SIDES_TOO_LONG', { max: maxSide })
  if (width * height > maxPixels) throw tooManyPixels()
  const fitted = image.resize(side, side, { fit: 'inside', withoutEnlargement: true })
  return fitted.jpeg({ quality: 85 }).bytes().catch(unreadable)
}

const tooManyPixels = () => new Failure('PICTURE_TOO_MANY_PIXELS', { maxMillions: imageLimits.maxPixels / 1e6 })
