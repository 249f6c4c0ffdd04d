// The disk and memory that an upload uses.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { status } from '@douyin/proto'
import { makeFolder, refusal, removeFolder, temporaryFiles } from '../clips.fixture.ts'
import { localDisk } from '../store/storage.ts'
import { receiveUpload } from './receive.ts'

const limits = { maxBytes: 8 * 1024 * 1024, maxUploadSeconds: 60 }
const multipart = { 'content-type': 'multipart/form-data; boundary=xx' }
const head = '--xx\r\ncontent-disposition: form-data; name="data"; filename="a.mp4"\r\n\r\n'
const random = (bytes: number) => Buffer.alloc(bytes, crypto.getRandomValues(new Uint8Array(65_521)))
const post = (content: Bun.BlobPart) => {
  const body = new FormData()
  body.append('data', new Blob([content]), 'a.mp4')
  return new Request('http://localhost/', { method: 'POST', body })
}
let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

const mountable = process.getuid?.() === 0 && Bun.which('mount') !== null
// A small disk that fills up is mounted, which only root may do.
test.skipIf(!mountable)(
  'a full disk is reported, leaves no file, and uploads work again once there is room (needs root)',
  async () => {
    const small = await makeFolder()
    const mount = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small])
    if (mount.exitCode !== 0) return console.warn('not tested: a tmpfs cannot be mounted here')
    try {
      const disk = await localDisk(small)
      const error = await refusal(receiveUpload(post(random(2 * 1024 * 1024)), disk, limits))
      expect(error).toMatchObject({ code: status.UNAVAILABLE, reason: 'DISK_FULL' })
      expect(await temporaryFiles(small)).toEqual([])
      const upload = await receiveUpload(post('small'), disk, limits)
      await upload.discard()
    } finally {
      Bun.spawnSync(['umount', small])
      await removeFolder(small)
    }
  },
)

test('an upload of 200 MB takes less than 64 MiB of memory', async () => {
  const server = Bun.spawn([process.execPath, join(import.meta.dir, 'receiver.fixture.ts'), folder], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  try {
    const { value } = await server.stdout.getReader().read()
    const send = async (pieces: number) => {
      // From a file, so that the request has a content-length, as from every real client.
      const path = join(folder, 'body')
      await Bun.write(path, [head, ...Array.from({ length: pieces }, () => piece), '\r\n--xx--\r\n'])
      const url = `http://localhost:${new TextDecoder().decode(value).trim()}/`
      const answer = await fetch(url, { method: 'POST', headers: multipart, body: Bun.file(path) })
      return (await answer.json()) as { bytes: number; memoryBefore: number; memoryPeak: number }
    }
    const piece = random(1024 * 1024)
    // The first upload brings the allocator to its working size, which does not depend on the length of an upload.
    await send(32)
    const { bytes, memoryBefore, memoryPeak } = await send(200)
    expect(bytes).toBe(200 * 1024 * 1024)
    expect(memoryPeak - memoryBefore).toBeLessThan(64 * 1024 * 1024)
  } finally {
    server.kill()
  }
}, 30_000)
