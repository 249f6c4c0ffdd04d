// The abilities and limits of the ffmpeg of the images.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../test/stack.ts'
import { ffmpeg, sidesOf } from '../web-srv/src/media/clips.fixture.ts'
import { mediaLimits } from '../web-srv/src/media/media-limits.ts'
import { coverDrawer } from '../web-srv/src/media/video/cover.ts'
import { root } from './docker.ts'
import { copyPrograms, type Programs } from './ffmpeg.fixture.ts'

let programs: Programs
let folder: string
let program: string
beforeAll(async () => {
  programs = await copyPrograms()
  folder = programs.folder
  program = programs.ffmpeg
}, 60_000)
afterAll(() => programs.remove())

const listed = async (option: string) =>
  (await Bun.$`${program} -hide_banner ${option}`.quiet().text()).trim().split('\n')

test('it knows only two containers, no playlists, and no protocol that leaves this machine', async () => {
  const demuxers = (await listed('-demuxers')).filter((line) => line.startsWith(' D '))
  expect(demuxers.map((line) => line.trim().split(/ +/)[1])).toEqual(['matroska,webm', 'mov,mp4,m4a,3gp,3g2,mj2'])
  const protocols = (await listed('-protocols')).filter((line) => line.startsWith('  ')).map((line) => line.trim())
  expect([...new Set(protocols)]).toEqual(['file', 'pipe'])
})

/** The names in a list of components, whose lines begin with flags. */
const namesOf = async (kind: string) =>
  (await listed(`-${kind}`)).flatMap((line) => /^ [A-Z.|]+ +(\w+)/.exec(line)?.[1] ?? []).sort()

const components = {
  decoders: `aac ac3 alac amrnb amrwb eac3 flac h263 h264 hevc libdav1d mjpeg mp3 mpeg4 opus pcm_alaw pcm_f32be
    pcm_f32le pcm_mulaw pcm_s16be pcm_s16le pcm_s24be pcm_s24le pcm_s32be pcm_s32le pcm_s8 pcm_u8 prores vorbis vp8 vp9`,
  encoders: 'aac libx264 mjpeg pcm_s16le rawvideo wrapped_avframe',
}

test.each(Object.entries(components))('it has these %s and no other', async (kind, names) => {
  expect(await namesOf(kind)).toEqual(names.split(/\s+/))
})

test('it writes only MP4, pictures and nothing', async () => {
  const muxers = (await listed('-muxers')).filter((line) => line.startsWith('  E '))
  // The muxer of MP4 is that of MOV.
  expect(muxers.map((line) => line.trim().split(/ +/)[1])).toEqual(['mjpeg', 'mov', 'mp4', 'null', 'rawvideo', 'webm'])
})

const waiting = {
  ffmpeg: ['-v', 'quiet', '-f', 'mov', '-i', 'pipe:0', '-f', 'rawvideo', 'pipe:1'],
  ffprobe: ['-v', 'quiet', '-f', 'mov', 'pipe:0'],
}

/** The limits of the program while it waits for its first byte. */
async function limitsOf(name: keyof typeof waiting, env: Record<string, string>) {
  const child = Bun.spawn([programs[name], ...waiting[name]], { stdin: 'pipe', env })
  const limits = () => Bun.file(`/proc/${child.pid}/limits`).text()
  try {
    // Before exec, the new process still has the limits of this process. The last limit to be set is that of core files.
    await until(async () => /^Max core file size +0 +0 /m.test(await limits()))
    return await limits()
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
}

test.each(['ffmpeg', 'ffprobe'] as const)(
  '%s limits its own memory and output before it reads a byte',
  async (name) => {
    const limits = await limitsOf(name, {})
    expect(limits).toMatch(/^Max address space +1610612736 +1610612736 /m)
    expect(limits).toMatch(/^Max file size +67108864 +67108864 /m)
  },
)

test('its caller sets another limit of memory or output, and one that is no number allows nothing', async () => {
  const limits = await limitsOf('ffmpeg', { RLIMIT_AS: '2147483648', RLIMIT_FSIZE: 'much' })
  expect(limits).toMatch(/^Max address space +2147483648 +2147483648 /m)
  expect(limits).toMatch(/^Max file size +0 +0 /m)
})

const codecs = {
  'h264.mp4': ['-c:v', 'libx264'],
  'h265.mp4': ['-c:v', 'libx265', '-x265-params', 'log-level=none'],
  'av1.mp4': ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'],
  'mpeg4.mp4': ['-c:v', 'mpeg4'],
  'vp8.webm': ['-c:v', 'libvpx'],
  'vp9.webm': ['-c:v', 'libvpx-vp9', '-deadline', 'realtime'],
  'av1.webm': ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'],
  'mjpeg.mov': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
}

test.each(Object.entries(codecs))(
  'it draws the cover of %s',
  async (name, codec) => {
    const source = ['-f', 'lavfi', '-i', 'testsrc=s=160x120:d=0.5:r=10', '-pix_fmt', 'yuv420p']
    await ffmpeg(folder, ...source, ...codec, name)
    const directory = join(folder, crypto.randomUUID())
    await mkdir(directory)
    const container = name.endsWith('webm') ? 'webm' : name.endsWith('mov') ? 'mov' : 'mp4'
    const cover = await coverDrawer([program], mediaLimits())({ path: join(folder, name), container }, directory)
    expect(await sidesOf(cover!)).toEqual([160, 120])
  },
  60_000,
)

test('the tests of covers and of attacks on the decoder pass with it as with Debian’s ffmpeg', async () => {
  const tests = ['cover', 'attacks'].map((name) => `./web-srv/src/media/video/${name}.test.ts`)
  const run = Bun.spawn([process.execPath, 'test', ...tests], {
    cwd: root,
    env: { ...process.env, FFMPEG_PATH: program },
    stderr: 'pipe',
  })
  const output = await new Response(run.stderr).text()
  expect(await run.exited, output).toBe(0)
  expect(output).toMatch(/^ *0 fail$/m)
}, 60_000)
