// Every codec that phones, browsers and cameras record becomes H.264 and AAC. Debian's ffmpeg makes and compares them.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ffmpeg } from '../web-srv/src/media/clips.fixture.ts'
import { copyPrograms, type Programs } from './ffmpeg.fixture.ts'

let programs: Programs
beforeAll(async () => {
  programs = await copyPrograms()
}, 60_000)
afterAll(() => programs.remove())

const tenBits = ['-pix_fmt', 'yuv420p10le']
const quiet = ['-x265-params', 'log-level=none']
const quickAv1 = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime']
const pictures = {
  'h264.mp4': ['-c:v', 'libx264'],
  'h264-10.mkv': ['-c:v', 'libx264', ...tenBits],
  'h264-444.mov': ['-c:v', 'libx264', '-pix_fmt', 'yuv444p'],
  'hevc.mp4': ['-c:v', 'libx265', ...quiet, '-tag:v', 'hvc1'],
  'hevc-10.mov': ['-c:v', 'libx265', ...quiet, ...tenBits],
  'vp8.webm': ['-c:v', 'libvpx'],
  'vp9.webm': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime'],
  'vp9-10.mkv': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', ...tenBits],
  'av1.mp4': quickAv1,
  'av1-10.webm': [...quickAv1, ...tenBits],
  'mpeg4.mp4': ['-c:v', 'mpeg4'],
  'h263.3gp': ['-c:v', 'h263', '-s', '176x144'],
  'mjpeg.mov': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  'prores.mov': ['-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le'],
}

test.each(Object.entries(pictures))(
  'the picture of %s becomes 8-bit H.264 that looks the same',
  async (name, codec) => {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:d=1:r=10', '-pix_fmt', 'yuv420p']
    await ffmpeg(programs.folder, ...source, ...codec, name)
    const toScreen = 'scale=out_range=tv,format=yuv420p'
    await programs.convert('-i', name, '-vf', toScreen, '-c:v', 'libx264', '-crf', '10', 'picture.mp4')
    const { streams } = await programs.probe('picture.mp4')
    expect(streams).toMatchObject([{ codec_name: 'h264', pix_fmt: 'yuv420p', nb_frames: '10' }])
    const likeness = await likenesses(name, 'picture.mp4')
    expect(likeness).toHaveLength(10)
    expect(Math.min(...likeness)).toBeGreaterThan(0.95)
  },
  60_000,
)

/** SSIM per frame. */
async function likenesses(one: string, other: string) {
  const compared = `[0]format=yuv420p[a];[1]format=yuv420p[b];[a][b]ssim=stats_file=-`
  const output = await ffmpeg(programs.folder, '-i', one, '-i', other, '-lavfi', compared, '-f', 'null', '-')
  return [...output.matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value))
}

const pcm = 'u8 s8 s16le s16be s24le s24be s32le s32be f32le f32be mulaw alaw'.split(' ')
const sounds = {
  'aac.mp4': ['-c:a', 'aac'],
  'mp3.mp4': ['-c:a', 'libmp3lame'],
  'opus.webm': ['-c:a', 'libopus'],
  'vorbis.mkv': ['-c:a', 'libvorbis'],
  'flac.mp4': ['-c:a', 'flac', '-strict', '-2'],
  'alac.mov': ['-c:a', 'alac'],
  'ac3.mp4': ['-c:a', 'ac3', '-ac', '6'],
  'eac3.mkv': ['-c:a', 'eac3', '-ac', '6'],
  ...Object.fromEntries(pcm.map((format) => [`pcm_${format}.mov`, ['-c:a', `pcm_${format}`]])),
  'amrnb.3gp': [0x3c, 31],
  'amrwb.3gp': [0x14, 32],
} satisfies Record<string, string[] | [header: number, bytes: number]>

test.each(Object.entries(sounds))(
  'the sound of %s becomes AAC in stereo that is as loud',
  async (name, codec) => {
    if (name.startsWith('amr')) await speak(name, codec as [number, number])
    else await ffmpeg(programs.folder, '-f', 'lavfi', '-i', 'sine=d=1:r=48000', ...(codec as string[]), name)
    await programs.convert('-i', name, '-c:a', 'aac', '-ac', '2', 'sound.mp4')
    const { streams } = await programs.probe('sound.mp4')
    expect(streams).toMatchObject([{ codec_name: 'aac', profile: 'LC', channels: 2 }])
    const before = await loudness(name)
    expect(before).toBeGreaterThan(0.003)
    expect((await loudness('sound.mp4')) / before).toBeWithin(0.9, 1.1)
  },
  60_000,
)

/** A second of AMR. No encoder of it is at hand, but any bits are some sound. */
async function speak(name: string, [header, bytes]: [header: number, bytes: number]) {
  const frame = (index: number) => [header, ...Array.from({ length: bytes }, (_, at) => (index * 89 + at * 151) % 256)]
  const signature = name.startsWith('amrwb') ? '#!AMR-WB\n' : '#!AMR\n'
  const frames = Array.from({ length: 50 }, (_, index) => frame(index)).flat()
  await Bun.write(join(programs.folder, 'raw.amr'), [signature, new Uint8Array(frames)])
  await ffmpeg(programs.folder, '-f', 'amr', '-i', 'raw.amr', '-c', 'copy', name)
}

/** The root mean square of the samples, as floats: ffmpeg makes six channels quieter if it adds integers. */
async function loudness(name: string) {
  await ffmpeg(programs.folder, '-i', name, '-ac', '2', '-f', 'f32le', 'loudness.raw')
  const samples = new Float32Array(await Bun.file(join(programs.folder, 'loudness.raw')).arrayBuffer())
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)
}
