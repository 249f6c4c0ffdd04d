import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gradientPng } from '../image/placeholder-png.ts'
import type { MediaLimits } from '../media-limits.ts'
import { mapDiskFull } from '../store/disk.ts'
import type { Storage } from '../store/storage.ts'
import type { DrawCover } from '../video/cover.ts'
import { faststart } from '../video/faststart.ts'
import type { VideoParser } from '../video/parser.ts'
import type { Clip } from '../video/probe.ts'
import type { Remux } from '../video/remux.ts'

/** The parts that are needed to accept a video. */
export interface MediaPipeline {
  storage: Storage
  limits: MediaLimits
  parser: VideoParser
  remux: Remux
  drawCover: DrawCover
}

export interface MediaKeys {
  videoKey: string
  coverKey: string
}

/**
 * Checks an uploaded video, draws its cover, stores both durably, and calls `makeRow` to make the row that names them.
 * Returns their keys. A rejected video leaves no file. The file at `path` is removed in every case.
 */
export async function acceptVideo(
  upload: { path: string; sha256: string },
  { storage, limits, parser, remux, drawCover }: MediaPipeline,
  makeRow: (keys: MediaKeys) => Promise<unknown>,
): Promise<MediaKeys> {
  const directory = storage.temporaryPath()
  const outputs = join(directory, 'outputs')
  try {
    const clip = await parser.probe(upload.path, limits)
    const { width, height } = clip
    await mkdir(outputs, { recursive: true })
    const video =
      (await remux({ path: upload.path, clip }, directory)) ?? (await unchanged(upload, clip, directory, parser))
    const cover =
      (await drawCover({ path: upload.path, container: clip.container }, outputs)) ??
      (await generatedCover(join(outputs, 'cover.png'), upload.sha256, width, height))
    const coverKey = `${createHash('sha256')
      .update(await readFile(cover))
      .digest('hex')}${cover.slice(-4)}`
    const videoKey = `${video.sha256}.${video.container}`
    const files = [
      { path: cover, key: coverKey },
      { path: video.path, key: videoKey },
    ]
    await storage.store(files, () => makeRow({ videoKey, coverKey }))
    return { videoKey, coverKey }
  } catch (error) {
    throw mapDiskFull(error)
  } finally {
    await rm(directory, { recursive: true, force: true })
    await rm(upload.path, { force: true })
  }
}

/** Without ffmpeg a video is published as it came, with its index in front. */
async function unchanged(
  upload: { path: string; sha256: string },
  { container }: Clip,
  directory: string,
  parser: VideoParser,
) {
  const moved = container === 'webm' ? undefined : await parser.movedIndex(upload.path)
  const video = moved ? await faststart(upload.path, join(directory, 'video'), moved) : upload
  return { ...video, container }
}

const generatedWidth = 360

async function generatedCover(path: string, seed: string, width: number, height: number) {
  const aspectRatio = Math.min(4, Math.max(0.25, height / width))
  await writeFile(path, gradientPng(seed, generatedWidth, Math.round(generatedWidth * aspectRatio)))
  return path
}
