import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, ffmpeg, makeFolder, refusal, removeFolder } from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { probe } from './probe.ts'
import { remuxer } from './remux.ts'

const limits = mediaLimits()
const remux = remuxer(findFfmpeg(undefined), limits)
let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

async function remuxed(path: string) {
  const directory = join(folder, crypto.randomUUID())
  await mkdir(directory)
  const result = await remux({ path, clip: await probe(path, limits) }, directory)
  return result!
}

const source = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:d=1:r=10', '-f', 'lavfi', '-i', 'sine=d=1']
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']

/** Makes a file of the two sources. */
async function made(name: string, ...argv: string[]) {
  await ffmpeg(folder, ...source, ...argv, name)
  return join(folder, name)
}

interface Facts {
  format: { duration?: string; tags?: Record<string, string> }
  streams: {
    codec_name: string
    codec_tag_string: string
    codec_type: string
    side_data_list?: { rotation?: number }[]
  }[]
  chapters: unknown[]
}

async function factsOf(path: string): Promise<Facts> {
  const command = ['ffprobe', '-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters', path]
  return JSON.parse(await new Response(Bun.spawn(command).stdout).text())
}

const pictureOf = (path: string) => ffmpeg(folder, '-i', path, '-map', '0:V:0', '-f', 'framemd5', '-')
const codecsOf = async (path: string) => (await factsOf(path)).streams.map(({ codec_name }) => codec_name)

/** Words that stand in the metadata of an upload. */
const privateWords = [
  '+48.8584+002.2945/',
  'MARKER-phone',
  'MARKER-person',
  'MARKER-chapter',
  'MARKER-tail',
  '2019-03-04',
]

test('no place, device, person, time, chapter, other track or trailing byte of an upload is in what is published', async () => {
  await Bun.write(
    join(folder, 'extra.txt'),
    ';FFMETADATA1\ncreation_time=2019-03-04T05:06:07Z\nlocation=+48.8584+002.2945/\nmake=MARKER-phone\nartist=MARKER-person\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=MARKER-chapter\n',
  )
  await ffmpeg(folder, '-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1', 'art.jpg')
  const inputs = [
    '-i',
    'extra.txt',
    '-i',
    'art.jpg',
    '-map_metadata',
    '2',
    '-map',
    '0:v',
    '-map',
    '1:a',
    '-map',
    '1:a',
    '-map',
    '3:v',
  ]
  const options = [...h264, '-c:v:1', 'mjpeg', '-disposition:v:1', 'attached_pic', '-timecode', '01:00:00:00']
  for (const [name, ...more] of [['private.mp4'], ['private.mov', '-movflags', '+use_metadata_tags']] as const) {
    const path = await made(name, ...inputs, ...options, ...more)
    await appendFile(path, Buffer.concat([Buffer.from([0, 0, 0, 19]), Buffer.from('freeMARKER-tail')]))
    const before = Buffer.from(await Bun.file(path).bytes())
    expect(before.includes('MARKER-person') && before.includes('MARKER-tail')).toBe(true)
    const result = await remuxed(path)
    const after = Buffer.from(await Bun.file(result.path).bytes())
    expect(privateWords.filter((word) => after.includes(word))).toEqual([])
    const { streams, chapters, format } = await factsOf(result.path)
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
    expect(chapters).toEqual([])
    expect(Object.keys(format.tags ?? {}).toSorted()).toEqual(['compatible_brands', 'major_brand', 'minor_version'])
    expect(result.container).toBe('mp4')
  }
}, 30_000)

test('every picture stays the same, and the rotation too', async () => {
  const rotated = join(folder, 'turned.mp4')
  await made('upright.mp4', ...h264)
  await ffmpeg(folder, '-i', 'upright.mp4', '-c', 'copy', '-metadata:s:v:0', 'rotate=90', 'turned.mp4')
  const paths = [
    rotated,
    await clip(folder, 'quick.mov'),
    await clip(folder, 'vp9.webm'),
    await clip(folder, 'fragments.mp4'),
  ]
  for (const path of paths) {
    const result = await remuxed(path)
    expect(await pictureOf(result.path)).toBe(await pictureOf(path))
  }
  const rotationOf = async (path: string) =>
    (await factsOf(path)).streams.flatMap((stream) => stream.side_data_list?.[0]?.rotation ?? [])
  expect(await rotationOf((await remuxed(rotated)).path)).toEqual(await rotationOf(rotated))
  expect(await rotationOf(rotated)).toHaveLength(1)
}, 30_000)

test('the index is in front, and the same upload makes the same file', async () => {
  const path = await clip(folder, 'plain.mp4')
  const [first, second] = [await remuxed(path), await remuxed(path)]
  const bytes = Buffer.from(await Bun.file(first.path).bytes())
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
  expect(first.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(second.sha256).toBe(first.sha256)
  const webm = await clip(folder, 'vp8.webm')
  expect((await remuxed(webm)).sha256).toBe((await remuxed(webm)).sha256)
})

test.each([
  ['aac.mp4', ['-c:a', 'aac'], 'aac'],
  ['mp3.mp4', ['-c:a', 'libmp3lame'], 'mp3'],
  ['ac3.mp4', ['-c:a', 'ac3'], 'aac'],
  ['alac.mov', ['-c:a', 'alac'], 'aac'],
  ['pcm.mov', ['-c:a', 'pcm_s16le'], 'aac'],
  ['opus.mp4', ['-c:a', 'libopus'], 'aac'],
  ['flac.mp4', ['-c:a', 'flac', '-strict', '-2'], 'aac'],
])(
  'sound that browsers may not play in an MP4 becomes AAC, and other sound stays: %s',
  async (name, options, expected) => {
    const path = await made(name, ...h264, ...options)
    expect(await codecsOf((await remuxed(path)).path)).toEqual(['h264', expected])
  },
)

test('a film without sound stays without sound', async () => {
  expect(await codecsOf((await remuxed(await clip(folder, 'silent.mp4'))).path)).toEqual(['h264'])
})

test('HEVC gets the tag that Safari plays', async () => {
  const path = await made('hev1.mp4', '-c:v', 'libx265', '-x265-params', 'log-level=none', '-tag:v', 'hev1')
  const [picture] = (await factsOf((await remuxed(path)).path)).streams
  expect(picture).toMatchObject({ codec_name: 'hevc', codec_tag_string: 'hvc1' })
}, 20_000)

test('a recording of a browser, which has neither duration nor index, gets both', async () => {
  await ffmpeg(
    folder,
    ...source,
    '-c:v',
    'libvpx',
    '-deadline',
    'realtime',
    '-c:a',
    'libopus',
    '-f',
    'webm',
    '-live',
    '1',
    'live.webm',
  )
  const path = join(folder, 'live.webm')
  expect((await factsOf(path)).format.duration).toBeUndefined()
  const result = await remuxed(path)
  expect(Number((await factsOf(result.path)).format.duration)).toBeCloseTo(1, 1)
  const cues = Buffer.from([0x1c, 0x53, 0xbb, 0x6b])
  const bytes = (file: string) => Bun.file(file).bytes().then(Buffer.from)
  expect([(await bytes(path)).includes(cues), (await bytes(result.path)).includes(cues)]).toEqual([false, true])
})

test('a file whose index names bytes that are missing is rejected as cut off', async () => {
  for (const name of ['front.mp4', 'quick.mov'] as const) {
    const whole = await clip(folder, name)
    await ffmpeg(folder, '-i', whole, '-c', 'copy', '-movflags', '+faststart', '-f', 'mp4', 'whole.mp4')
    const bytes = await Bun.file(join(folder, 'whole.mp4')).bytes()
    for (const left of [0.5, 0.9, 0.999]) {
      const path = join(folder, 'cut.mp4')
      await Bun.write(path, bytes.subarray(0, Math.floor(bytes.length * left)))
      expect([name, left, await refusal(remuxed(path))]).toMatchObject([name, left, { reason: 'VIDEO_CUT_OFF' }])
    }
  }
}, 30_000)

test('without ffmpeg there is none', async () => {
  const path = await clip(folder, 'plain.mp4')
  expect(await remuxer(undefined, limits)({ path, clip: await probe(path, limits) }, folder)).toBeUndefined()
})
