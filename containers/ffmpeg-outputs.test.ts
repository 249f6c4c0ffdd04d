// How the images' ffmpeg writes the MP4 that is served. Debian's ffmpeg makes the inputs and judges the outputs.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { ffmpeg } from '../web-srv/src/media/clips.fixture.ts'
import { copyPrograms, type Programs } from './ffmpeg.fixture.ts'

let programs: Programs
beforeAll(async () => {
  programs = await copyPrograms()
}, 60_000)
afterAll(() => programs.remove())

const source = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:d=1:r=10']
const picture = [...source, '-pix_fmt', 'yuv420p']
const film = [...source, '-f', 'lavfi', '-i', 'sine=d=1:r=48000', '-pix_fmt', 'yuv420p']
const personal = ['-metadata', 'location=+48.8584+002.2945/', '-metadata', 'title=secret']
const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-c:a', 'libopus']
const remux = ['-map', '0:V:0', '-map', '0:a:0?', '-c', 'copy', '-map_metadata', '-1', '-movflags', '+faststart']
const toH264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-threads', '2']

const read = (name: string) => Bun.file(join(programs.folder, name)).bytes()
const text = async (name: string) => Buffer.from(await read(name)).toString('latin1')
/** Hashes of the packets of all streams. */
const packets = (name: string) => ffmpeg(programs.folder, '-i', name, '-c', 'copy', '-f', 'streamhash', '-')

test.each([
  ['plain.mp4', film],
  ['phone.mov', film],
  ['fragments.mp4', [...film, '-movflags', '+frag_keyframe+empty_moov']],
  ['camera.mkv', film],
  ['browser.webm', [...film, ...vp9]],
  ['live.webm', [...film, ...vp9, '-live', '1']],
])(
  '%s becomes an MP4 of the same packets, with the index in front and without a word of its author',
  async (name, recipe) => {
    await ffmpeg(programs.folder, ...recipe, ...personal, name)
    await programs.convert('-i', name, ...remux, 'remuxed.mp4')
    expect(await packets('remuxed.mp4')).toBe(await packets(name))
    const written = await text('remuxed.mp4')
    expect(written.indexOf('moov')).toBeGreaterThan(0)
    expect(written.indexOf('moov')).toBeLessThan(written.indexOf('mdat'))
    expect(written).not.toMatch(/secret|48\.8584/)
    const { format } = await programs.probe('remuxed.mp4')
    expect(Number(format.duration)).toBeWithin(0.9, 1.3)
  },
  60_000,
)

test('the recording of a browser becomes a WebM of the same packets, with a length', async () => {
  await ffmpeg(programs.folder, ...film, ...vp9, '-live', '1', 'live.webm')
  await programs.convert('-i', 'live.webm', ...remux.slice(0, -2), '-f', 'webm', 'remuxed.webm')
  expect(await packets('remuxed.webm')).toBe(await packets('live.webm'))
  const { format } = await programs.probe('remuxed.webm')
  expect(Number(format.duration)).toBeWithin(0.9, 1.3)
}, 60_000)

test('a compressed index is read', async () => {
  await ffmpeg(programs.folder, ...picture, 'plain.mov')
  const plain = await read('plain.mov')
  const at = Buffer.from(plain).lastIndexOf('moov') - 4
  const index = plain.subarray(at)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(index.length)
  const compressed = box('cmov', box('dcom', Buffer.from('zlib')), box('cmvd', size, deflateSync(index)))
  await Bun.write(join(programs.folder, 'compressed.mov'), [plain.slice(0, at), box('moov', compressed)])
  await programs.convert('-i', 'compressed.mov', ...remux, 'remuxed.mp4')
  expect(await packets('remuxed.mp4')).toBe(await packets('plain.mov'))
})

function box(type: string, ...content: Uint8Array[]) {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0))
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...content])
}

test('what a camera writes between the pictures of H.264 is left out without decoding', async () => {
  await ffmpeg(programs.folder, ...picture, 'h264.mp4')
  expect(await text('h264.mp4')).toContain('x264 - core')
  const withoutMessages = ['-c', 'copy', '-bsf:v', 'filter_units=remove_types=6']
  await programs.convert('-i', 'h264.mp4', ...withoutMessages, 'silent.mp4')
  expect(await text('silent.mp4')).not.toContain('x264 - core')
  const frames = (name: string) => ffmpeg(programs.folder, '-i', name, '-f', 'framemd5', '-')
  expect(await frames('silent.mp4')).toBe(await frames('h264.mp4'))
})

test('one reading of VP9 and Opus gives two sizes of H.264 and AAC', async () => {
  await ffmpeg(programs.folder, ...film, ...vp9, 'browser.webm')
  const sizes = '[0:v]split[a][b];[a]scale=-2:90[large];[b]scale=-2:60,fps=5[small]'
  const output = (label: string) => [
    '-map',
    label,
    '-map',
    '0:a',
    ...toH264,
    '-c:a',
    'aac',
    `${label.slice(1, -1)}.mp4`,
  ]
  await programs.convert('-i', 'browser.webm', '-filter_complex', sizes, ...output('[large]'), ...output('[small]'))
  for (const [name, height, frames] of [
    ['large', 90, '10'],
    ['small', 60, '5'],
  ] as const) {
    const { streams } = await programs.probe(`${name}.mp4`)
    expect(streams).toMatchObject([{ codec_name: 'h264', height, nb_frames: frames }, { codec_name: 'aac' }])
  }
})

// Hable's curve would make a white of 203 nits a grey.
const toneMap =
  'zscale=-2:1080:t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.8:desat=0,zscale=t=bt709:m=bt709:r=tv'

test.each([
  ['arib-std-b67', 'HLG'],
  ['smpte2084', 'PQ'],
])(
  '4K of HEVC with 10 bits and %s (%s) gets the colours of a screen, in 512 MiB',
  async (transfer) => {
    const signal = `colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`
    const wide = [
      'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv,zscale=t=linear:npl=203,format=gbrpf32le',
      `zscale=p=bt2020:t=${transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le`,
    ].join()
    const red = ['-f', 'lavfi', '-i', 'color=0xc80505:s=3840x2160:r=30:d=0.8', '-vf', wide]
    const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `log-level=none:${signal}`]
    await ffmpeg(programs.folder, ...red, ...hevc, 'hdr.mp4')
    const residentBytes = await programs.convert(
      '-i',
      'hdr.mp4',
      '-vf',
      `${toneMap},format=yuv420p`,
      ...toH264,
      'sdr.mp4',
    )
    expect(residentBytes).toBeLessThan(512 << 20)
    const { streams } = await programs.probe('sdr.mp4')
    expect(streams).toMatchObject([{ codec_name: 'h264', pix_fmt: 'yuv420p', height: 1080, color_transfer: 'bt709' }])
    await ffmpeg(
      programs.folder,
      '-i',
      'sdr.mp4',
      '-vf',
      'scale=1:1',
      '-pix_fmt',
      'rgb24',
      '-f',
      'rawvideo',
      'colour.raw',
    )
    const [r, g, b] = await read('colour.raw')
    expect(r).toBeWithin(190, 211)
    expect(Math.max(g!, b!)).toBeLessThan(20)
  },
  120_000,
)

test('ffprobe says in JSON what the streams and the container are', async () => {
  await ffmpeg(programs.folder, ...film, 'plain.mp4')
  expect(await programs.probe('plain.mp4')).toMatchObject({
    streams: [
      { codec_name: 'h264', profile: 'High', width: 160, height: 120, pix_fmt: 'yuv420p', r_frame_rate: '10/1' },
      { codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 1 },
    ],
    format: { nb_streams: 2, format_name: 'mov,mp4,m4a,3gp,3g2,mj2' },
  })
})
