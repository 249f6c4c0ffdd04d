import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, readdir, rename, utimes } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../clips.fixture.ts'
import { serveMedia } from '../serving/serve-media.ts'
import { ignoreMissing } from './disk.ts'
import { holdAll, localDisk, pathOfKey, pathsOfKey, type Storage } from './storage.ts'

let root: string
beforeAll(async () => {
  root = await makeFolder()
})
afterAll(() => removeFolder(root))

const graceMs = 60_000
const hourAgo = () => Date.now() / 1000 - 3600

/** A storage, the rows that name its files, and the steps of a publish and of a deletion. */
async function openMedia(name: string) {
  const folder = join(root, name)
  const rows = new Set<string>()
  const storage = await localDisk(folder)
  return {
    folder,
    rows,
    storage,
    another: () => localDisk(folder),
    away: () => readdir(join(folder, 'trash')),
    holds: async () => (await readdir(join(folder, 'holds'))).map((name) => join(folder, 'holds', name)),
    async put(content: string, makeRow = async () => {}) {
      const path = storage.temporaryPath()
      await Bun.write(path, content)
      // An old file, since an upload may have waited long for its cover.
      await utimes(path, hourAgo(), hourAgo())
      await storage.store([{ path, key: keyOf(content) }], makeRow)
    },
    age: (content: string) => utimes(pathOfKey(folder, keyOf(content)), hourAgo(), hourAgo()),
    findUsedKeys: async (keys: string[]) => keys.filter((key) => rows.has(key)),
    free: (findUsedKeys: (keys: string[]) => Promise<string[]>, own: Storage = storage, content = 'x', ms = graceMs) =>
      own.free(Number.parseInt(keyOf(content).slice(0, 2), 16), ms, findUsedKeys),
    text: (content: string, own: Storage = storage) => textIn(own, keyOf(content)),
  }
}

/** Retries if the file is moved after it was found and before it is opened. */
async function textIn(storage: Storage, key: string): Promise<string | undefined> {
  return (await storage.read(key))?.content.text().catch(() => textIn(storage, key))
}

const keyOf = (content: string) => `${new Bun.CryptoHasher('sha256').update(content).digest('hex')}.mp4`

test('a file that no row names is removed after the grace period, and a named or new file stays', async () => {
  const { put, age, free, findUsedKeys, rows, text } = await openMedia('plain')
  await put('x')
  expect(await free(findUsedKeys)).toBe(0)
  await age('x')
  rows.add(keyOf('x'))
  expect(await free(findUsedKeys)).toBe(0)
  expect(await text('x')).toBe('x')
  rows.clear()
  expect(await free(findUsedKeys)).toBe(1)
  expect(await text('x')).toBeUndefined()
})

describe('the same content published again keeps its file', () => {
  /** The first check comes before the file leaves its place, the second one after. */
  const moments = [1, 2].flatMap((check) => [`before check ${check}`, `after check ${check}`])
  test.each(moments)('%s, with its row made at once', async (moment) => {
    const { put, age, free, findUsedKeys, rows, text } = await openMedia(`at once, ${moment}`)
    await put('x')
    await age('x')
    const publish = async () => {
      await put('x', async () => void rows.add(keyOf('x')))
      expect(await text('x')).toBe('x')
    }
    const freed = await free(interrupted(findUsedKeys, moment, publish))
    expect(freed).toBe(moment === 'after check 2' ? 1 : 0)
    expect(await text('x')).toBe('x')
  })

  test.each(moments)('%s, with its row made only after the round', async (moment) => {
    const { put, age, free, findUsedKeys, text, rows } = await openMedia(`later, ${moment}`)
    await put('x')
    await age('x')
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let publishing = Promise.resolve()
    const publish = () => {
      publishing = put('x', async () => {
        begun.resolve()
        await ended.promise
        rows.add(keyOf('x'))
      })
      return begun.promise
    }
    const freed = await free(interrupted(findUsedKeys, moment, publish))
    expect(freed).toBe(moment.endsWith('2') ? 1 : 0)
    expect(await text('x')).toBe('x')
    ended.resolve()
    await publishing
    expect(await text('x')).toBe('x')
  })
})

test('a file that lost its last row is removed at once, at any age', async () => {
  const { put, findUsedKeys, rows, text, storage, away } = await openMedia('at once')
  await put('x', async () => void rows.add(keyOf('x')))
  expect([await storage.release([keyOf('x')], findUsedKeys), await text('x')]).toEqual([[], 'x'])
  rows.clear()
  expect([await storage.release([keyOf('x'), keyOf('none'), ''], findUsedKeys), await text('x')]).toEqual([
    [],
    undefined,
  ])
  expect(await away()).toEqual([])
})

test('a file that is being stored again stays, and its key is returned for a retry', async () => {
  const { put, findUsedKeys, text, another, rows } = await openMedia('stored again')
  await put('x')
  const other = await another()
  await put('x', async () => {
    expect(await other.release([keyOf('x')], findUsedKeys)).toEqual([keyOf('x')])
    expect(await text('x')).toBe('x')
    rows.add(keyOf('x'))
  })
  expect([await other.release([keyOf('x')], findUsedKeys), await text('x')]).toEqual([[], 'x'])
})

test('a file stays in its place if its row is made, and its hold released, right after the first check', async () => {
  const { put, findUsedKeys, text, another, rows } = await openMedia('hold that ends')
  await put('x')
  const other = await another()
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const publishing = put('x', async () => {
    begun.resolve()
    await ended.promise
    rows.add(keyOf('x'))
  })
  await begun.promise
  let checks = 0
  const counted = (keys: string[]) => {
    checks++
    return findUsedKeys(keys)
  }
  const publish = () => {
    ended.resolve()
    return publishing
  }
  expect(await other.release([keyOf('x')], interrupted(counted, 'after check 1', publish))).toEqual([keyOf('x')])
  // The second check is made only for a file that has left its place.
  expect([checks, await text('x')]).toEqual([1, 'x'])
})

test('a file stays for a minute if it is unknown whether its row was made', async () => {
  const { put, findUsedKeys, storage, text, holds, away } = await openMedia('unknown')
  const lost = put('x', () => Promise.reject(new Error('no answer')))
  await expect(lost).rejects.toThrow('no answer')
  expect([await storage.release([keyOf('x')], findUsedKeys), await text('x')]).toEqual([[keyOf('x')], 'x'])
  for (const path of await holds()) await utimes(path, hourAgo(), hourAgo())
  expect([await storage.release([keyOf('x')], findUsedKeys), await text('x')]).toEqual([[], undefined])
  expect([await holds(), await away()]).toEqual([[], []])
})

test('while everything is held, released files are no longer read, and are removed only after that hold', async () => {
  const { put, age, free, findUsedKeys, storage, text, folder } = await openMedia('held')
  const hold = await holdAll(folder)
  await put('x')
  await put('old')
  await age('old')
  await storage.release([keyOf('x')], findUsedKeys)
  expect(await free(findUsedKeys, storage, 'old')).toBe(0)
  const textOnDisk = async (content: string) => {
    const files = (await pathsOfKey(folder, keyOf(content))).map((path) => Bun.file(path))
    const texts = await Promise.all(files.map(async (file) => ((await file.exists()) ? file.text() : '')))
    return texts.find((text) => text !== '')
  }
  expect([await text('x'), await text('old'), await textOnDisk('x'), await textOnDisk('old')]).toEqual([
    undefined,
    undefined,
    'x',
    'old',
  ])
  await hold.release()
  expect([await storage.finish(findUsedKeys), await textOnDisk('x'), await textOnDisk('old')]).toEqual([
    2,
    undefined,
    undefined,
  ])
})

/** Calls `act` just before or just after one of the checks. */
function interrupted(findUsedKeys: (keys: string[]) => Promise<string[]>, moment: string, act: () => Promise<void>) {
  let check = 0
  return async (keys: string[]) => {
    check++
    if (moment === `before check ${check}`) await act()
    const used = await findUsedKeys(keys)
    if (moment === `after check ${check}`) await act()
    return used
  }
}

test.each([
  ['puts back', true],
  ['removes', false],
])('the next round %s a file that a killed process was removing', async (_, isUsed) => {
  const { put, age, free, findUsedKeys, rows, another, away, text } = await openMedia(`killed ${isUsed}`)
  await put('x')
  await age('x')
  const reached = Promise.withResolvers<void>()
  const killed = interrupted(findUsedKeys, 'before check 2', () => {
    reached.resolve()
    return new Promise(() => {})
  })
  void free(killed)
  await reached.promise
  expect(await away()).toHaveLength(1)
  const next = await another()
  if (isUsed) rows.add(keyOf('x'))
  expect(await next.finish(findUsedKeys)).toBe(isUsed ? 0 : 1)
  expect([await away(), await text('x', next)]).toEqual([[], isUsed ? 'x' : undefined])
})

test('files in the trash of an earlier version, leaving/, are put back if a row names them and removed otherwise', async () => {
  const { folder, put, findUsedKeys, rows, another } = await openMedia('earlier version')
  const former = join(folder, 'leaving')
  await mkdir(former)
  for (const content of ['named', 'unnamed', 'stored again']) {
    await put(content)
    await rename(
      pathOfKey(folder, keyOf(content)),
      join(former, `${keyOf(content)}.${Date.now()}.${crypto.randomUUID()}`),
    )
  }
  rows.add(keyOf('named'))
  const started = await another()
  expect((await started.trashedKeys(0)).toSorted()).toEqual(['named', 'unnamed', 'stored again'].map(keyOf).toSorted())
  expect((await pathsOfKey(folder, keyOf('named')))[1]).toStartWith(former)
  await put('stored again', async () => void rows.add(keyOf('stored again')))
  expect(await started.finish(findUsedKeys)).toBe(1)
  expect(await readdir(former)).toEqual([])
  const texts = ['named', 'unnamed', 'stored again'].map((content) => textIn(started, keyOf(content)))
  expect(await Promise.all(texts)).toEqual(['named', undefined, 'stored again'])
})

test('while the services are down nothing is removed', async () => {
  const { put, age, free, text, findUsedKeys, storage, rows } = await openMedia('away')
  await put('x')
  await age('x')
  const fails = () => Promise.reject(new Error('away'))
  await expect(free(fails)).rejects.toThrow('away')
  expect(await text('x')).toBe('x')
  await expect(free(interrupted(findUsedKeys, 'before check 2', fails))).rejects.toThrow('away')
  rows.add(keyOf('x'))
  expect([await storage.finish(findUsedKeys), await text('x')]).toEqual([0, 'x'])
})

test('three processes remove files while others publish and delete them, hundreds of times, and no row ever loses its file', async () => {
  const { put, age, free, findUsedKeys, rows, another, text } = await openMedia('many files')
  // All in one folder, so that every round meets every one of them.
  const contents = Array.from({ length: 5000 }, (_, i) => `${i}`).filter((text) => keyOf(text).startsWith('00'))
  /** The row of each content. Each publish makes a new object. */
  const rowOf = new Map<string, object>()
  let publishing = true
  let freed = 0
  let reads = 0
  /** Random pauses, so that the steps meet in every order. */
  const randomPause = (ms: number) => Bun.sleep(Math.random() * ms)
  const slowly = async (keys: string[]) => {
    await randomPause(4)
    return findUsedKeys(keys)
  }
  const sweeper = async (own: Storage) => {
    while (publishing) {
      const more = await free(slowly, own, contents[0])
      freed += more
    }
  }
  const reader = async (own: Storage) => {
    while (publishing) {
      for (const content of contents) {
        const row = rowOf.get(content)
        if (!row) continue
        const found = await own.read(keyOf(content))
        // Another row may have been made since, after this one was deleted.
        if (rowOf.get(content) !== row) continue
        expect(found?.bytes).toBe(content.length)
        reads++
      }
      await Bun.sleep(0)
    }
  }
  const publisher = async (content: string) => {
    for (let i = 0; i < 60 || freed < 200; i++) {
      await put(content, async () => {
        await randomPause(4)
        rows.add(keyOf(content))
        rowOf.set(content, {})
      })
      expect(await text(content)).toBe(content)
      await randomPause(4)
      rows.delete(keyOf(content))
      rowOf.delete(content)
      if (i % 2 === 0) {
        for (let left = [keyOf(content)]; left.length > 0; ) left = await first.release(left, slowly)
        expect(await text(content)).toBeUndefined()
        continue
      }
      // The file may be on its way back from the trash, and then it is new.
      await age(content).catch(ignoreMissing)
      await randomPause(8)
    }
  }
  // Before the first upload: a start removes old temporary files, and the uploads here have an old time.
  const [first, second, third, fourth] = await Promise.all([another(), another(), another(), another()])
  const others = [sweeper(first), sweeper(second), sweeper(third), reader(fourth)]
  const published = Promise.all(contents.slice(0, 12).map(publisher)).finally(() => {
    publishing = false
  })
  await Promise.all([published, ...others])
  expect(freed).toBeGreaterThan(199)
  expect(reads).toBeGreaterThan(100)
})

test('a download in flight completes although its file is removed', async () => {
  const { put, age, free, findUsedKeys, storage, text } = await openMedia('download')
  const content = 'x'.repeat(32 << 20)
  await put(content)
  await age(content)
  const server = Bun.serve({ port: 0, fetch: (request) => serveMedia(storage, keyOf(content), request) })
  const socket = createConnection(server.port!, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const parts = socket[Symbol.asyncIterator]()
  let bytes = (await parts.next()).value.length
  expect(await free(findUsedKeys, storage, content)).toBe(1)
  expect(await text(content)).toBeUndefined()
  for (let part = await parts.next(); !part.done; part = await parts.next()) bytes += part.value.length
  expect(bytes).toBeGreaterThan(content.length)
  await server.stop(true)
})
