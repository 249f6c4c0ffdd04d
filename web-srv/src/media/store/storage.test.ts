import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { makeFolder, removeFolder, temporaryFiles } from '../clips.fixture.ts'
import { localDisk } from './storage.ts'

let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

const keyOf = (content: string) => `${new Bun.CryptoHasher('sha256').update(content).digest('hex')}.mp4`
const noRow = async () => {}
const textAt = async (storage: Awaited<ReturnType<typeof localDisk>>, key: string) =>
  (await storage.read(key))?.content.text()

test('a stored file can be read, also after a restart, and can be stored twice', async () => {
  const storage = await localDisk(folder)
  for (let round = 0; round < 2; round++) {
    const path = storage.temporaryPath()
    await Bun.write(path, 'a video')
    await storage.store([{ path, key: keyOf('a video') }], noRow)
  }
  expect(await temporaryFiles(folder)).toEqual([])
  expect(await textAt(storage, keyOf('a video'))).toBe('a video')
  expect(await textAt(await localDisk(folder), keyOf('a video'))).toBe('a video')
})

test('only a hash with a known extension is a key', async () => {
  const storage = await localDisk(folder)
  await Bun.write(join(folder, 'secret'), 'secret')
  const hash = keyOf('a video').slice(0, 64)
  const others = ['', 'secret', '../secret', '%2e%2e/secret', '..%5csecret', `${hash}.mp4%00`, `${hash}.mp4\n`, hash]
  for (const key of [
    ...others,
    `${hash}.svg`,
    `${hash.toUpperCase()}.mp4`,
    `./${hash}.mp4`,
    `${hash}.mp4/..`,
    `/${hash}.mp4`,
  ]) {
    expect(await storage.read(key)).toBeUndefined()
    await expect(storage.store([{ path: join(folder, 'secret'), key }], noRow)).rejects.toThrow()
  }
})

test('a link or a folder in the place of a file is not read', async () => {
  const storage = await localDisk(folder)
  const key = keyOf('linked')
  await mkdir(join(folder, key.slice(0, 2), key.slice(2, 4)), { recursive: true })
  await symlink('/etc/passwd', join(folder, key.slice(0, 2), key.slice(2, 4), key))
  expect(await storage.read(key)).toBeUndefined()
  const other = keyOf('folder')
  await mkdir(join(folder, other.slice(0, 2), other.slice(2, 4), other), { recursive: true })
  expect(await storage.read(other)).toBeUndefined()
})

test('a start removes temporary files that a killed process left over an hour ago, and no newer ones', async () => {
  await Bun.write(join(folder, 'tmp/old'), 'x')
  await Bun.write(join(folder, 'tmp/old-folder/cover.jpg'), 'x')
  await Bun.write(join(folder, 'tmp/new'), 'x')
  const longAgo = Date.now() / 1000 - 3700
  for (const name of ['old', 'old-folder']) await utimes(join(folder, 'tmp', name), longAgo, longAgo)
  await localDisk(folder)
  expect(await temporaryFiles(folder)).toEqual(['new'])
})

test('a row that was rejected for good no longer holds its file, and a row with an unknown outcome does', async () => {
  const storage = await localDisk(folder)
  const store = async (content: string, failure: Error) => {
    const path = storage.temporaryPath()
    await Bun.write(path, content)
    const rejectRow = () => Promise.reject(failure)
    await expect(storage.store([{ path, key: keyOf(content) }], rejectRow)).rejects.toBe(failure)
  }
  await store('refused', new Failure('IDEMPOTENCY_KEY_REUSED', { field: 'upload_id' }))
  await store('unknown', new Failure('UNAVAILABLE'))
  const held = await storage.held()
  expect([held.has(keyOf('refused')), held.has(keyOf('unknown'))]).toEqual([false, true])
  const freed = await storage.release([keyOf('refused'), keyOf('unknown')], async () => [])
  expect(freed).toEqual([keyOf('unknown')])
  expect(await textAt(storage, keyOf('refused'))).toBeUndefined()
})
