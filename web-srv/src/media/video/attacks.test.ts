// Files that try to make the decoder read other files or call other hosts.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeSync } from 'node:fs'
import { constants, type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { clip, makeFolder, refusal, removeFolder } from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { coverDrawer } from './cover.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { videoParser } from './parser.ts'

const limits = mediaLimits()
const { probe } = videoParser()
const drawCover = coverDrawer(findFfmpeg(process.env.FFMPEG_PATH), limits)
const canaryBytes = 1000
let folder: string
let canary: FileHandle
let host: ReturnType<typeof Bun.serve>
let calls = 0
beforeAll(async () => {
  folder = await makeFolder()
  // A pipe shows whether anybody read from it: bytes that were read are gone.
  Bun.spawnSync(['mkfifo', join(folder, 'canary.ts')])
  canary = await open(join(folder, 'canary.ts'), constants.O_RDWR | constants.O_NONBLOCK)
  await canary.write(new Uint8Array(canaryBytes))
  host = Bun.serve({ port: 0, fetch: () => new Response(`${++calls}`) })
})
afterAll(async () => {
  await canary.close()
  await host.stop(true)
  await removeFolder(folder)
})

const playlist = (...addresses: string[]) =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${addresses.map((at) => `#EXTINF:1,\n${at}\n`).join('')}#EXT-X-ENDLIST\n`

async function attacks(): Promise<Record<string, string | Uint8Array>> {
  const [path, url] = [join(folder, 'canary.ts'), `${host.url}canary.ts`]
  const avi = Buffer.from(await Bun.file(await clip(folder, 'old.avi')).bytes())
  const mp4 = await Bun.file(await clip(folder, 'front.mp4')).bytes()
  return {
    'a playlist of a file': playlist(`file://${path}`, path, 'canary.ts'),
    'a playlist of an address': playlist(url, `hls+${url}`, `concat:${path}|${url}`),
    'a script with a path': `ffconcat version 1.0\nfile '${path}'\nfile 'canary.ts'\nfile '${url}'\n`,
    'a subtitle inside an AVI': Buffer.concat([avi, Buffer.from(`GAB2\0\x02\0${playlist(`file://${path}`)}`)]),
    'a vector picture': `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
      <image xlink:href="file://${path}"/><image xlink:href="${url}"/></svg>`,
    'a list of shots': `<MPD><Period><BaseURL>${url}</BaseURL><BaseURL>file://${path}</BaseURL></Period></MPD>`,
    'a session description': `v=0\nc=IN IP4 127.0.0.1\nm=video ${host.port} RTP/AVP 96\n`,
    'a playlist with the start of a video': Buffer.concat([mp4.subarray(0, 32), Buffer.from(playlist(path, url))]),
  }
}

test('no upload makes us read another file or call another host', async () => {
  for (const [name, content] of Object.entries(await attacks())) {
    const path = join(folder, 'attack.mp4')
    await Bun.write(path, content)
    expect([name, await refusal(probe(path, limits))]).toEqual([name, expect.any(Failure)])
    // If the probe were deceived, the decoder would still reject the file.
    for (const container of ['mp4', 'mov', 'webm'] as const) {
      const directory = join(folder, crypto.randomUUID())
      await mkdir(directory)
      expect([name, await refusal(drawCover({ path, container }, directory))]).toEqual([name, expect.any(Failure)])
    }
  }
  expect(calls).toBe(0)
  const { bytesRead } = await canary.read(new Uint8Array(2 * canaryBytes))
  expect(bytesRead).toBe(canaryBytes)
}, 30_000)

test('the trap works: an unguarded decoder does read the other file', async () => {
  const full = new Uint8Array(4096)
  while (tryWrite(full));
  await Bun.write(join(folder, 'attack.mp4'), (await attacks())['a script with a path']!)
  const script = ['-f', 'concat', '-safe', '0', '-i', 'attack.mp4']
  const unguarded = Bun.spawn(['ffmpeg', '-nostdin', '-v', 'quiet', ...script, '-f', 'null', '-'], { cwd: folder })
  while (!tryWrite(full) && unguarded.exitCode === null) await Bun.sleep(5)
  expect(unguarded.exitCode).toBeNull()
  unguarded.kill('SIGKILL')
  await unguarded.exited
}, 30_000)

/** True if the pipe had room. */
function tryWrite(bytes: Uint8Array) {
  try {
    return writeSync(canary.fd, bytes) > 0
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' })
    return false
  }
}
