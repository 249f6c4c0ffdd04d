import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, ffmpeg, makeFolder, removeFolder } from '../clips.fixture.ts'
import { fileBoxes } from './boxes.ts'
import { faststart } from './faststart.ts'
import { movedIndex } from './moved-index.ts'

let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

const frames = (path: string) => ffmpeg(folder, '-i', path, '-f', 'framemd5', '-')
const target = () => join(folder, crypto.randomUUID())
const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await Bun.file(path).bytes())
    .digest('hex')

async function typesOf(path: string) {
  const file = await open(path)
  const boxes = await fileBoxes(file, (await file.stat()).size)
  await file.close()
  return boxes.map((box) => box.type)
}

/** A copy of the movie with its boxes changed. The change must not move the bytes of `mdat`. */
async function rewritten(path: string, change: (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>) {
  const written = target()
  await Bun.write(written, change(Buffer.from(await Bun.file(path).bytes())))
  return written
}

async function expectSameInFront(path: string) {
  const index = await movedIndex(path)
  const moved = await faststart(path, target(), index!)
  const types = await typesOf(moved.path)
  expect(types.indexOf('moov')).toBeLessThan(types.indexOf('mdat'))
  expect(types.toSorted()).toEqual((await typesOf(path)).toSorted())
  expect(await frames(moved.path)).toBe(await frames(path))
  expect(await sha256(moved.path)).toBe(moved.sha256)
}

test('an index at the end moves to the front, and every frame stays the same', async () => {
  await expectSameInFront(await clip(folder, 'plain.mp4'))
  await expectSameInFront(await clip(folder, 'quick.mov'))
})

test('an index that runs to the end of the file gets its true size', async () => {
  const endless = await rewritten(await clip(folder, 'plain.mp4'), (bytes) => {
    bytes.writeUInt32BE(0, bytes.indexOf('moov') - 4)
    return bytes
  })
  await expectSameInFront(endless)
})

test('sizes of 64 bits are understood', async () => {
  const wide = await rewritten(await clip(folder, 'silent.mp4'), (bytes) => {
    // ffmpeg leaves a `free` box of eight bytes before mdat, exactly the space that the longer header needs.
    const header = bytes.indexOf('mdat') - 4
    expect(bytes.toString('latin1', header - 4, header)).toBe('free')
    const size = bytes.readUInt32BE(header) + 8
    bytes.writeUInt32BE(1, header - 8)
    bytes.write('mdat', header - 4, 'latin1')
    bytes.writeBigUInt64BE(BigInt(size), header)
    return bytes
  })
  await expectSameInFront(wide)
})

test('chunk offsets of 64 bits are shifted too', async () => {
  const long = await rewritten(await clip(folder, 'silent.mp4'), (bytes) => {
    const table = bytes.indexOf('stco') - 4
    const count = bytes.readUInt32BE(table + 12)
    const wider = Buffer.alloc(16 + count * 8)
    wider.writeUInt32BE(wider.length)
    wider.write('co64', 4, 'latin1')
    wider.writeUInt32BE(count, 12)
    for (let i = 0; i < count; i++) wider.writeBigUInt64BE(BigInt(bytes.readUInt32BE(table + 16 + i * 4)), 16 + i * 8)
    for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
      const at = bytes.lastIndexOf(type) - 4
      bytes.writeUInt32BE(bytes.readUInt32BE(at) + count * 4, at)
    }
    return Buffer.concat([bytes.subarray(0, table), wider, bytes.subarray(table + bytes.readUInt32BE(table))])
  })
  await expectSameInFront(long)
})

test('a movie with its index in front, or in fragments, is left alone', async () => {
  for (const name of ['front.mp4', 'fragments.mp4'] as const)
    expect(await movedIndex(await clip(folder, name))).toBeUndefined()
})
