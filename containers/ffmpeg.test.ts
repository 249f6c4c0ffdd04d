// Tests the ffmpeg of the images on this machine, which is possible because it is static.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../test/stack.ts'
import { ffmpeg, makeFolder, removeFolder, sidesOf } from '../web-srv/src/media/clips.fixture.ts'
import { mediaLimits } from '../web-srv/src/media/media-limits.ts'
import { coverDrawer } from '../web-srv/src/media/video/cover.ts'
import { copyOut, root } from './docker.ts'
import { imageOf } from './images.ts'

let folder: string
let program: string
beforeAll(async () => {
  folder = await makeFolder()
  program = join(folder, 'ffmpeg')
  await copyOut(imageOf('web-srv'), '/usr/bin/ffmpeg', program)
}, 60_000)
afterAll(() => removeFolder(folder))

const listed = async (option: string) =>
  (await Bun.$`${program} -hide_banner ${option}`.quiet().text()).trim().split('\n')

test('it knows only two containers, no playlists, and no protocol that leaves this machine', async () => {
  const demuxers = (await listed('-demuxers')).filter((line) => line.startsWith(' D '))
  expect(demuxers.map((line) => line.trim().split(/ +/)[1])).toEqual(['matroska,webm', 'mov,mp4,m4a,3gp,3g2,mj2'])
  const protocols = (await listed('-protocols')).filter((line) => line.startsWith('  ')).map((line) => line.trim())
  expect([...new Set(protocols)]).toEqual(['file', 'pipe'])
})

test('it limits its own memory and output before it reads a byte', async () => {
  const waiting = Bun.spawn([program, '-v', 'quiet', '-f', 'mov', '-i', 'pipe:0', '-f', 'rawvideo', 'pipe:1'], {
    stdin: 'pipe',
  })
  const limits = () => Bun.file(`/proc/${waiting.pid}/limits`).text()
  // Before exec, the new process still has the limits of this process.
  await until(async () => /^Max core file size +0 +0 /m.test(await limits()))
  expect(await limits()).toMatch(/^Max address space +1610612736 +1610612736 /m)
  expect(await limits()).toMatch(/^Max file size +67108864 +67108864 /m)
  waiting.kill('SIGKILL')
  await waiting.exited
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
