import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { invalid } from '@douyin/proto'
import { roomOr } from './disk.ts'
import type { Storage } from './storage.ts'

/** What a picture that somebody uploads may be. */
export const pictureLimits = { maxBytes: 8 << 20, maxSide: 8192 }

const formats = ['jpeg', 'png', 'webp']

/**
 * Decodes a picture, makes it fit into `side` pixels and stores it anew as a JPEG: what was sent, with its place and
 * camera in it, is never kept. Gives its key. Invalid for what is no picture, or too large a one.
 */
export async function acceptPicture(bytes: Uint8Array, side: number, storage: Storage): Promise<string> {
  const { maxBytes, maxSide } = pictureLimits
  if (bytes.length > maxBytes) throw invalid(`a picture may have ${maxBytes >> 20} MiB at most`)
  const image = new Bun.Image(bytes, { maxPixels: maxSide * maxSide })
  const unreadable = (error: unknown): never => {
    if ((error as { code?: string }).code === 'ERR_IMAGE_TOO_MANY_PIXELS') throw tooLarge()
    throw invalid('this is not a picture that can be read: send a JPEG, PNG or WebP')
  }
  const { format, width, height } = await image.metadata().catch(unreadable)
  if (!formats.includes(format)) throw invalid(`a ${format} is not taken: send a JPEG, PNG or WebP`)
  if (Math.max(width, height) > maxSide) throw tooLarge()
  const fitted = image.resize(side, side, { fit: 'inside', withoutEnlargement: true })
  const jpeg = await fitted.jpeg({ quality: 85 }).bytes().catch(unreadable)
  const path = storage.temporaryPath()
  await writeFile(path, jpeg).catch((error) => {
    throw roomOr(error)
  })
  const key = `${createHash('sha256').update(jpeg).digest('hex')}.jpg`
  await storage.put(path, key)
  return key
}

const tooLarge = () => invalid(`a picture may be ${pictureLimits.maxSide} pixels wide and high at most`)
