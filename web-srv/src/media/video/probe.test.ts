import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Failure, type Unit } from '@douyin/proto'
import { clip, makeFolder, refusal, removeFolder, uprightClip } from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { videoParser } from './parser.ts'

const limits = mediaLimits()
const { probe } = videoParser()
let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

const write = async (name: string, content: string | Uint8Array) => {
  await Bun.write(join(folder, name), content)
  return join(folder, name)
}
const rejectionOf = async (path: string) => {
  const error = await refusal(probe(path, limits))
  expect(error).toBeInstanceOf(Failure)
  const { reason, values } = error as Failure
  return { reason, values }
}
const exceeds = (value: number, unit: Unit, max: number) => ({
  reason: 'VIDEO_EXCEEDS' as const,
  values: { value, unit, max },
})

describe('a file that is a video', () => {
  test('an MP4 is described with its size, duration and frame rate', async () => {
    expect(await probe(await clip(folder, 'plain.mp4'), limits)).toEqual({
      container: 'mp4',
      codec: 'avc',
      width: 160,
      height: 120,
      sound: 'aac',
      fragmented: false,
      durationSeconds: 1,
      fps: 10,
      tracks: 2,
    })
  })

  test('a video without sound, a MOV, a WebM of either codec and a fragmented MP4 are videos', async () => {
    const cases = { 'silent.mp4': 'mp4', 'quick.mov': 'mov', 'vp8.webm': 'webm', 'vp9.webm': 'webm' } as const
    for (const [name, container] of Object.entries(cases))
      expect(await probe(await clip(folder, name as keyof typeof cases), limits)).toMatchObject({
        container,
        width: 160,
      })
    const fragments = await probe(await clip(folder, 'fragments.mp4'), limits)
    expect(fragments).toMatchObject({ container: 'mp4', durationSeconds: 1, fps: 10 })
  })

  test('a video filmed upright has the size of the displayed picture', async () => {
    expect(await probe(await uprightClip(folder), limits)).toMatchObject({ width: 120, height: 160 })
  })
})

describe('a file that is not a video, or not within the limits', () => {
  test('nothing, text, pictures and other containers are refused', async () => {
    expect(await rejectionOf(await write('empty.mp4', ''))).toMatchObject({ reason: 'FILE_EMPTY' })
    const others = [
      await write('text.mp4', 'this is no video\n'.repeat(100)),
      await write('vector.mp4', '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
      await write('playlist.mp4', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'),
      await clip(folder, 'picture.png'),
      await clip(folder, 'matroska.mkv'),
      await clip(folder, 'old.avi'),
    ]
    for (const path of others) expect(await rejectionOf(path)).toMatchObject({ reason: 'NOT_A_VIDEO' })
  })

  test('a file that is cut off is rejected', async () => {
    const whole = await Bun.file(await clip(folder, 'front.mp4')).bytes()
    const noise = crypto.getRandomValues(new Uint8Array(5000))
    expect(await rejectionOf(await write('noise.mp4', Buffer.concat([whole.subarray(0, 32), noise])))).toMatchObject({
      reason: 'VIDEO_WITHOUT_INDEX',
    })
    expect(await rejectionOf(await write('cut.mp4', whole.subarray(0, 500)))).toMatchObject({
      reason: 'VIDEO_WITHOUT_INDEX',
    })
  })

  test('sound without a picture, and a picture without a size, are rejected', async () => {
    expect(await rejectionOf(await clip(folder, 'sound.mp4'))).toMatchObject({ reason: 'VIDEO_WITHOUT_PICTURE' })
    const bytes = await Bun.file(await clip(folder, 'silent.mp4')).bytes()
    new DataView(bytes.buffer).setUint32(Buffer.from(bytes.buffer).lastIndexOf('avc1') + 28, 0)
    expect(await rejectionOf(await write('flat.mp4', bytes))).toMatchObject({ reason: 'VIDEO_WITHOUT_SIZE' })
  })

  test('the failure of a video beyond a limit names the limit and the value of the video', async () => {
    expect(await rejectionOf(await clip(folder, 'huge.mp4'))).toEqual(exceeds(8192, 'pixels', 4096))
    expect(await rejectionOf(await clip(folder, 'fast.mp4'))).toEqual(exceeds(240, 'framesPerSecond', 120))
    expect(await rejectionOf(await clip(folder, 'tracks.mp4'))).toEqual(exceeds(9, 'tracks', 8))
    const long = probe(await clip(folder, 'dark.mp4'), { ...limits, maxSeconds: 1 })
    expect(await refusal(long)).toMatchObject(exceeds(2, 'seconds', 1))
    const large = probe(await clip(folder, 'plain.mp4'), { ...limits, maxBytes: 1000 })
    expect(await refusal(large)).toMatchObject({ reason: 'FILE_TOO_LARGE', values: { max: 1000 } })
  })

  test('a table that claims four billion frames is rejected unread', async () => {
    const bytes = await Bun.file(await clip(folder, 'plain.mp4')).bytes()
    new DataView(bytes.buffer).setUint32(Buffer.from(bytes.buffer).indexOf('stts') + 12, 0xffff_ffff)
    expect(await rejectionOf(await write('claims.mp4', bytes))).toMatchObject({
      reason: 'VIDEO_EXCEEDS' as const,
      values: { unit: 'seconds', max: 600 },
    })
    const pieces = await Bun.file(await clip(folder, 'fragments.mp4')).bytes()
    new DataView(pieces.buffer).setUint32(Buffer.from(pieces.buffer).indexOf('trun') + 8, 0xffff_ffff)
    expect(await rejectionOf(await write('pieces.mp4', pieces))).toMatchObject({ values: { samples: 4294967295 } })
    // The same behind a size of 64 bits, eight bytes further on.
    const trun = Buffer.from(pieces.buffer).indexOf('trun')
    for (const [at, value] of [
      [-4, 1],
      [4, 0],
      [8, 64],
      [16, 50_000_000],
    ] as const)
      new DataView(pieces.buffer).setUint32(trun + at, value)
    expect(await rejectionOf(await write('large-pieces.mp4', pieces))).toMatchObject({ values: { samples: 50000000 } })
  })
})

test('a WebM with junk where its tracks should be is rejected, and the search for them ends', async () => {
  const whole = await Bun.file(await clip(folder, 'vp8.webm')).bytes()
  const segment = Buffer.from(whole.buffer).indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]))
  const junk = new Uint8Array(100).fill(1)
  for (const size of [80, 100, 120]) {
    const start = Buffer.concat([whole.subarray(0, segment + 4), new Uint8Array([0x80 | size])])
    expect(await rejectionOf(await write('junk.webm', Buffer.concat([start, junk])))).toBeObject()
  }
})

test('damaged videos are accepted or rejected, and never fail in another way', async () => {
  let seed = 7
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fff_ffff
    return seed % below
  }
  const outcomes = { video: 0, rejected: 0 }
  for (const name of ['plain.mp4', 'fragments.mp4', 'vp8.webm', 'quick.mov'] as const) {
    const whole = await Bun.file(await clip(folder, name)).bytes()
    const index = Math.max(0, Buffer.from(whole.buffer).indexOf('moov'))
    for (let round = 0; round < 40; round++) {
      const bytes = whole.slice(0, round % 5 === 4 ? random(whole.length) : whole.length)
      const start = round % 2 ? Math.min(index, bytes.length - 1) : 0
      for (let hit = 0; hit <= random(8); hit++)
        bytes[start + random(Math.min(1500, bytes.length - start))] = random(256)
      const result = await probe(await write('damaged', bytes), limits).catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toBeInstanceOf(Failure)
      outcomes[result instanceof Error ? 'rejected' : 'video']++
    }
  }
  expect(outcomes.video).toBeGreaterThan(10)
  expect(outcomes.rejected).toBeGreaterThan(10)
}, 30_000)
