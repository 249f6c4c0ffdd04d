import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  brightnessOf,
  clip,
  ffmpeg,
  makeFolder,
  refusal,
  removeFolder,
  sidesOf,
  uprightClip,
} from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { coverDrawer } from './cover.ts'
import { findFfmpeg } from './ffmpeg.ts'
import type { Container } from './probe.ts'

const limits = mediaLimits()
const drawCover = coverDrawer(findFfmpeg(process.env.FFMPEG_PATH), limits)
let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

async function outputs() {
  const directory = join(folder, crypto.randomUUID())
  await mkdir(directory)
  return directory
}
const cover = async (path: string, container: Container = 'mp4') => drawCover({ path, container }, await outputs())
const undecodable = 'VIDEO_UNDECODABLE'

/** A program that replaces ffmpeg. */
async function fakeFfmpeg(script: string) {
  const path = join(folder, crypto.randomUUID())
  await Bun.write(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return [path]
}

describe('a cover', () => {
  test('is drawn for MP4, MOV and WebM', async () => {
    expect(await sidesOf((await cover(await clip(folder, 'plain.mp4')))!)).toEqual([160, 120])
    expect(await sidesOf((await cover(await clip(folder, 'quick.mov'), 'mov'))!)).toEqual([160, 120])
    expect(await sidesOf((await cover(await clip(folder, 'vp8.webm'), 'webm'))!)).toEqual([160, 120])
    expect(await sidesOf((await cover(await clip(folder, 'vp9.webm'), 'webm'))!)).toEqual([160, 120])
  })

  test('is upright if the video is', async () => {
    expect(await sidesOf((await cover(await uprightClip(folder)))!)).toEqual([120, 160])
  })

  test('is at most 720 pixels wide, for a video of any shape', async () => {
    for (const [sides, expected] of Object.entries({
      '1000x500': [720, 360],
      '2000x2': [720, 2],
      '2x2000': [2, 2000],
    })) {
      await ffmpeg(folder, '-f', 'lavfi', '-i', `color=white:s=${sides}:d=0.1:r=10`, '-pix_fmt', 'yuv420p', 'shape.mp4')
      expect(await sidesOf((await cover(join(folder, 'shape.mp4')))!)).toEqual(expected)
    }
  })

  test('is not black if the first seconds have something to show', async () => {
    expect(await brightnessOf(folder, (await cover(await clip(folder, 'dark.mp4')))!)).toBeGreaterThan(48)
  })

  test('is black if the whole video is black', async () => {
    expect(await brightnessOf(folder, (await cover(await clip(folder, 'black.mp4')))!)).toBeLessThan(24)
  })
})

describe('a cover at a given time', () => {
  /** The numbers of the frames of the ladder at these times. */
  async function framesAt(name: 'ladder.mp4' | 'ladder.mov' | 'ladder.webm', moments: number[]) {
    const path = await clip(folder, name)
    const frames: number[] = []
    for (const coverMs of moments) {
      const drawn = await drawCover({ path, container: name.slice(7) as Container, coverMs }, await outputs())
      // Video has black at 16 and white at 235, a JPEG at 0 and 255.
      const level = 16 + (await brightnessOf(folder, drawn!)) * (219 / 255)
      frames.push(Math.round((level - 20) / 4))
    }
    return frames
  }

  for (const name of ['ladder.mp4', 'ladder.mov', 'ladder.webm'] as const) {
    test(`of ${name} is the frame that a player shows there, and past the end the last one`, async () => {
      const moments = [0, 99, 100, 1250, 2499, 2500, 4900, 5000, 5400, 999_999_999_999_999]
      expect(await framesAt(name, moments)).toEqual([0, 0, 1, 12, 24, 25, 49, 49, 49, 49])
    }, 20_000)
  }

  test('may be dark, unlike one that is chosen automatically', async () => {
    const path = await clip(folder, 'dark.mp4')
    const drawn = await drawCover({ path, container: 'mp4', coverMs: 500 }, await outputs())
    expect(await brightnessOf(folder, drawn!)).toBeLessThan(24)
  })

  test('that cannot be drawn is replaced by one that is chosen automatically', async () => {
    const path = await clip(folder, 'plain.mp4')
    const noSeeking = await fakeFfmpeg(`case "$*" in *-ss*) exit 1;; esac; exec ffmpeg "$@"`)
    const directory = await outputs()
    const drawer = coverDrawer(['/usr/bin/env', `PATH=${Bun.env.PATH}`, ...noSeeking], limits)
    expect(await sidesOf((await drawer({ path, container: 'mp4', coverMs: 500 }, directory))!)).toEqual([160, 120])
    expect(await readdir(directory)).toEqual(['cover.jpg'])
  })
})

describe('no cover', () => {
  test('a video whose picture cannot be decoded is rejected', async () => {
    const bytes = await Bun.file(await clip(folder, 'silent.mp4')).bytes()
    const media = Buffer.from(bytes.buffer).indexOf('mdat') + 4
    bytes.fill(0xff, media, Buffer.from(bytes.buffer).lastIndexOf('moov') - 4)
    await Bun.write(join(folder, 'noise.mp4'), bytes)
    expect(await refusal(cover(join(folder, 'noise.mp4')))).toMatchObject({ reason: undecodable })
  })

  test('more pixels than allowed are never decoded, whatever the container says', async () => {
    const small = coverDrawer(findFfmpeg(process.env.FFMPEG_PATH), { ...limits, maxSide: 100 })
    const drawn = small({ path: await clip(folder, 'plain.mp4'), container: 'mp4' }, await outputs())
    expect(await refusal(drawn)).toMatchObject({ reason: undecodable })
  })

  test('without ffmpeg there is none', async () => {
    for (const path of ['', 'none', '/nowhere/ffmpeg']) expect(findFfmpeg(path)).toBeUndefined()
    const drawn = coverDrawer(undefined, limits)({ path: await clip(folder, 'plain.mp4'), container: 'mp4' }, folder)
    expect(await drawn).toBeUndefined()
  })

  test('an ffmpeg that never ends is killed', async () => {
    const directory = await outputs()
    const hung = coverDrawer(await fakeFfmpeg('echo $$ > pid; exec sleep 600'), { ...limits, coverSeconds: 2 })
    expect(await hung({ path: 'any.mp4', container: 'mp4' }, directory)).toBeUndefined()
    const pid = Number(await Bun.file(join(directory, 'pid')).text())
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('a full disk is not blamed on the video', async () => {
    const full = coverDrawer(
      await fakeFfmpeg('echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1'),
      limits,
    )
    const drawn = full({ path: 'any.mp4', container: 'mp4' }, await outputs())
    expect(await refusal(drawn)).toMatchObject({ reason: 'DISK_FULL' })
  })
})

test('ffmpeg gets no secrets of ours and stays in its own folder', async () => {
  const directory = await outputs()
  const spy = coverDrawer(await fakeFfmpeg('/usr/bin/env > environment; exit 1'), limits)
  await refusal(spy({ path: 'any.mp4', container: 'mp4' }, directory))
  expect(await readdir(directory)).toEqual(['environment'])
  expect(await Bun.file(join(directory, 'environment')).text()).not.toContain('HOME=')
})
