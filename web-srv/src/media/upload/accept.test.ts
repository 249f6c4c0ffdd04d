import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, makeFolder, refusal, removeFolder, temporaryFiles } from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { localDisk } from '../store/storage.ts'
import { coverDrawer } from '../video/cover.ts'
import { findFfmpeg } from '../video/ffmpeg.ts'
import { videoParser } from '../video/parser.ts'
import { remuxer } from '../video/remux.ts'
import { acceptVideo, type MediaPipeline } from './accept.ts'

const limits = mediaLimits()
const parser = videoParser()
const ffmpeg = findFfmpeg(undefined)
let clips: string
let media: string
let pipeline: MediaPipeline
beforeAll(async () => {
  clips = await makeFolder()
})
beforeEach(async () => {
  media = join(clips, crypto.randomUUID())
  pipeline = {
    storage: await localDisk(media),
    limits,
    parser,
    remux: remuxer(ffmpeg, limits),
    drawCover: coverDrawer(ffmpeg, limits),
  }
})
afterAll(() => removeFolder(clips))

async function uploaded(clipPath: string) {
  const path = pipeline.storage.temporaryPath()
  await copyFile(clipPath, path)
  return {
    path,
    sha256: createHash('sha256')
      .update(await Bun.file(path).bytes())
      .digest('hex'),
  }
}
const stored = async () =>
  (await readdir(media, { recursive: true })).filter((name) => !['tmp', 'holds', 'trash'].includes(name))
const noRow = async () => {}
const hashOf = async (key: string) => {
  const bytes = await (await pipeline.storage.read(key))!.content.arrayBuffer()
  return createHash('sha256').update(new Uint8Array(bytes)).digest('hex')
}

describe('an accepted video', () => {
  test('is stored with its cover under the hashes of their contents, and no temporary file stays', async () => {
    const endings = { 'plain.mp4': '.mp4', 'front.mp4': '.mp4', 'quick.mov': '.mp4', 'vp8.webm': '.webm' } as const
    for (const [name, ending] of Object.entries(endings)) {
      const { videoKey, coverKey } = await acceptVideo(
        await uploaded(await clip(clips, name as keyof typeof endings)),
        pipeline,
        noRow,
      )
      expect(videoKey).toBe(`${await hashOf(videoKey)}${ending}`)
      expect(coverKey).toBe(`${await hashOf(coverKey)}.jpg`)
      expect(await temporaryFiles(media)).toEqual([])
    }
  })

  test('is stored once, however often it is uploaded', async () => {
    const plain = await clip(clips, 'plain.mp4')
    const first = await acceptVideo(await uploaded(plain), pipeline, noRow)
    expect(await acceptVideo(await uploaded(plain), pipeline, noRow)).toEqual(first)
  })

  test('gets a generated cover if no frame can be drawn', async () => {
    pipeline = { ...pipeline, drawCover: coverDrawer(undefined, limits) }
    const { coverKey } = await acceptVideo(await uploaded(await clip(clips, 'plain.mp4')), pipeline, noRow)
    expect(coverKey).toBe(`${await hashOf(coverKey)}.png`)
    expect(await temporaryFiles(media)).toEqual([])
  })
})

describe('a rejected video leaves no file', () => {
  test('when the probe rejects it', async () => {
    await refusal(acceptVideo(await uploaded(await clip(clips, 'old.avi')), pipeline, noRow))
    expect([await temporaryFiles(media), await stored()]).toEqual([[], []])
  })

  test('when its cover cannot be drawn or its files cannot be stored', async () => {
    const failing = () => Promise.reject(new Error('no'))
    const path = await clip(clips, 'plain.mp4')
    await refusal(acceptVideo(await uploaded(path), { ...pipeline, drawCover: failing }, noRow))
    await refusal(
      acceptVideo(await uploaded(path), { ...pipeline, storage: { ...pipeline.storage, store: failing } }, noRow),
    )
    expect([await temporaryFiles(media), await stored()]).toEqual([[], []])
  })
})

test('the media folder may have any name', async () => {
  media = join(media, "it's 100%d [odd]; $HOME")
  pipeline = { ...pipeline, storage: await localDisk(media) }
  const { coverKey } = await acceptVideo(await uploaded(await clip(clips, 'plain.mp4')), pipeline, noRow)
  expect(coverKey).toEndWith('.jpg')
})
