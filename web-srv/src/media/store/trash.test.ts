import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdir, utimes } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../clips.fixture.ts'
import { serveMedia } from '../serving/serve-media.ts'
import { unlessGone } from './disk.ts'
import { holdAll, localDisk, pathsOfKey, type Storage } from './storage.ts'

let root: string
beforeAll(async () => {
  root = await makeFolder()
})
afterAll(() => removeFolder(root))

const graceMs = 60_000
const hourAgo = () => Date.now() / 1000 - 3600

/** A storage, the rows that name its files, and what is done to both in the order of a publish or a deletion. */
async function openMedia(name: string) {
  const folder = join(root, name)
  const rows = new Set<string>()
  const storage = await localDisk(folder)
  const placeOf = (key: string) => join(folder, key.slice(0, 2), key.slice(2, 4), key)
  return {
    folder,
    rows,
    storage,
    another: () => localDisk(folder),
    away: () => readdir(join(folder, 'leaving')),
    holds: async () => (await readdir(join(folder, 'holds'))).map((name) => join(folder, 'holds', name)),
    async put(content: string, makeRow = async () => {}) {
      const path = storage.temporaryPath()
      await Bun.write(path, content)
      // The upload may have waited long for its cover.
      await utimes(path, hourAgo(), hourAgo())
      await storage.store([{ path, key: keyOf(content) }], makeRow)
    },
    age: (content: string) => utimes(placeOf(keyOf(content)), hourAgo(), hourAgo()),
    usedOf: async (keys: string[]) => keys.filter((key) => rows.has(key)),
    free: (usedOf: (keys: string[]) => Promise<string[]>, one: Storage = storage, content = 'x', ms = graceMs) =>
      one.free(Number.parseInt(keyOf(content).slice(0, 2), 16), ms, usedOf),
    text: (content: string, one: Storage = storage) => textIn(one, keyOf(content)),
  }
}

/** A file is found, and then opened: moved in between, it is found again. */
async function textIn(storage: Storage, key: string): Promise<string | undefined> {
  return (await storage.read(key))?.content.text().catch(() => textIn(storage, key))
}

const keyOf = (content: string) => `${new Bun.CryptoHasher('sha256').update(content).digest('hex')}.mp4`

test('what nobody names goes after the grace; what is named, or was put a moment ago, stays', async () => {
  const { put, age, free, usedOf, rows, text } = await openMedia('plain')
  await put('x')
  expect(await free(usedOf)).toBe(0)
  await age('x')
  rows.add(keyOf('x'))
  expect(await free(usedOf)).toBe(0)
  expect(await text('x')).toBe('x')
  rows.clear()
  expect(await free(usedOf)).toBe(1)
  expect(await text('x')).toBeUndefined()
})

describe('the same content published again keeps its file', () => {
  /** The first question comes before the file is taken out of its place, the second one after. */
  const moments = [1, 2].flatMap((question) => [`before answer ${question}`, `after answer ${question}`])
  test.each(moments)('%s, its row at once', async (moment) => {
    const { put, age, free, usedOf, rows, text } = await openMedia(`at once, ${moment}`)
    await put('x')
    await age('x')
    const publish = async () => {
      await put('x', async () => void rows.add(keyOf('x')))
      expect(await text('x')).toBe('x')
    }
    const freed = await free(interrupted(usedOf, moment, publish))
    expect(freed).toBe(moment === 'after answer 2' ? 1 : 0)
    expect(await text('x')).toBe('x')
  })

  test.each(moments)('%s, its row only after the round', async (moment) => {
    const { put, age, free, usedOf, text, rows } = await openMedia(`later, ${moment}`)
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
    const freed = await free(interrupted(usedOf, moment, publish))
    expect(freed).toBe(moment.endsWith('2') ? 1 : 0)
    expect(await text('x')).toBe('x')
    ended.resolve()
    await publishing
    expect(await text('x')).toBe('x')
  })
})

test('what lost its last row goes at once, however new it is', async () => {
  const { put, usedOf, rows, text, storage, away } = await openMedia('at once')
  await put('x', async () => void rows.add(keyOf('x')))
  expect([await storage.release([keyOf('x')], usedOf), await text('x')]).toEqual([[], 'x'])
  rows.clear()
  expect([await storage.release([keyOf('x'), keyOf('none'), ''], usedOf), await text('x')]).toEqual([[], undefined])
  expect(await away()).toEqual([])
})

test('what is being stored again stays, and is asked about again', async () => {
  const { put, usedOf, text, another, rows } = await openMedia('stored again')
  await put('x')
  const other = await another()
  await put('x', async () => {
    expect(await other.release([keyOf('x')], usedOf)).toEqual([keyOf('x')])
    expect(await text('x')).toBe('x')
    rows.add(keyOf('x'))
  })
  expect([await other.release([keyOf('x')], usedOf), await text('x')]).toEqual([[], 'x'])
})

test('a file stays in its place if its row is made, and its hold ends, right after the first question', async () => {
  const { put, usedOf, text, another, rows } = await openMedia('hold that ends')
  await put('x')
  const other = await another()
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const publishing = put('x', async () => {
    begun.resolve()
    await ended.promise
    rows.add(keyOf('x'))
  })
  await begun.promise
  let questions = 0
  const counted = (keys: string[]) => {
    questions++
    return usedOf(keys)
  }
  const publish = () => {
    ended.resolve()
    return publishing
  }
  expect(await other.release([keyOf('x')], interrupted(counted, 'after answer 1', publish))).toEqual([keyOf('x')])
  // A second question is asked only of a file that has left its place.
  expect([questions, await text('x')]).toEqual([1, 'x'])
})

test('what nobody can say of whether its row was made stays for a minute', async () => {
  const { put, usedOf, storage, text, holds, away } = await openMedia('unknown')
  const lost = put('x', () => Promise.reject(new Error('no answer')))
  await expect(lost).rejects.toThrow('no answer')
  expect([await storage.release([keyOf('x')], usedOf), await text('x')]).toEqual([[keyOf('x')], 'x'])
  for (const path of await holds()) await utimes(path, hourAgo(), hourAgo())
  expect([await storage.release([keyOf('x')], usedOf), await text('x')]).toEqual([[], undefined])
  expect([await holds(), await away()]).toEqual([[], []])
})

test('while everything is held, what goes is not read any more but not removed either, until the hold ends', async () => {
  const { put, age, free, usedOf, storage, text, folder } = await openMedia('held')
  const hold = await holdAll(folder)
  await put('x')
  await put('old')
  await age('old')
  await storage.release([keyOf('x')], usedOf)
  expect(await free(usedOf, storage, 'old')).toBe(0)
  const kept = async (content: string) => {
    const files = (await pathsOfKey(folder, keyOf(content))).map((path) => Bun.file(path))
    const texts = await Promise.all(files.map(async (file) => ((await file.exists()) ? file.text() : '')))
    return texts.find((one) => one !== '')
  }
  expect([await text('x'), await text('old'), await kept('x'), await kept('old')]).toEqual([
    undefined,
    undefined,
    'x',
    'old',
  ])
  await hold.end()
  expect([await storage.finish(usedOf), await kept('x'), await kept('old')]).toEqual([2, undefined, undefined])
})

/** Does something just before or just after one of the questions is answered. */
function interrupted(usedOf: (keys: string[]) => Promise<string[]>, moment: string, act: () => Promise<void>) {
  let question = 0
  return async (keys: string[]) => {
    question++
    if (moment === `before answer ${question}`) await act()
    const used = await usedOf(keys)
    if (moment === `after answer ${question}`) await act()
    return used
  }
}

test.each([
  ['back into its place', true],
  ['on its way', false],
])('a file that a killed process was removing the next round sends %s', async (_, isUsed) => {
  const { put, age, free, usedOf, rows, another, away, text } = await openMedia(`killed ${isUsed}`)
  await put('x')
  await age('x')
  const asked = Promise.withResolvers<void>()
  const killed = interrupted(usedOf, 'before answer 2', () => {
    asked.resolve()
    return new Promise(() => {})
  })
  void free(killed)
  await asked.promise
  expect(await away()).toHaveLength(1)
  const next = await another()
  if (isUsed) rows.add(keyOf('x'))
  expect(await next.finish(usedOf)).toBe(isUsed ? 0 : 1)
  expect([await away(), await text('x', next)]).toEqual([[], isUsed ? 'x' : undefined])
})

test('while services are away nothing is removed', async () => {
  const { put, age, free, text, usedOf, storage, rows } = await openMedia('away')
  await put('x')
  await age('x')
  const fails = () => Promise.reject(new Error('away'))
  await expect(free(fails)).rejects.toThrow('away')
  expect(await text('x')).toBe('x')
  await expect(free(interrupted(usedOf, 'before answer 2', fails))).rejects.toThrow('away')
  rows.add(keyOf('x'))
  expect([await storage.finish(usedOf), await text('x')]).toEqual([0, 'x'])
})

test('three processes remove what others publish and delete again, hundreds of times, and no row is ever without its file', async () => {
  const { put, age, free, usedOf, rows, another, text } = await openMedia('crowd')
  // All of one folder, so that every round meets every one of them.
  const contents = Array.from({ length: 5000 }, (_, i) => `${i}`).filter((one) => keyOf(one).startsWith('00'))
  /** The row of a content, which is another one each time. */
  const made = new Map<string, object>()
  let publishing = true
  let freed = 0
  let reads = 0
  /** Not to wait for anything, but to meet in every order. */
  const chance = (ms: number) => Bun.sleep(Math.random() * ms)
  const slowly = async (keys: string[]) => {
    await chance(4)
    return usedOf(keys)
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
        const row = made.get(content)
        if (!row) continue
        const found = await own.read(keyOf(content))
        // Another row may have been made since, after this one was deleted.
        if (made.get(content) !== row) continue
        expect(found?.bytes).toBe(content.length)
        reads++
      }
      await Bun.sleep(0)
    }
  }
  const publisher = async (content: string) => {
    for (let i = 0; i < 60 || freed < 200; i++) {
      await put(content, async () => {
        await chance(4)
        rows.add(keyOf(content))
        made.set(content, {})
      })
      expect(await text(content)).toBe(content)
      await chance(4)
      rows.delete(keyOf(content))
      made.delete(content)
      if (i % 2 === 0) {
        for (let left = [keyOf(content)]; left.length > 0; ) left = await first.release(left, slowly)
        expect(await text(content)).toBeUndefined()
        continue
      }
      // It may be on its way back, and then it is young.
      await age(content).catch(unlessGone)
      await chance(8)
    }
  }
  // Before the first upload: who starts removes temporary files as old as those here are made.
  const [first, second, third, fourth] = await Promise.all([another(), another(), another(), another()])
  const others = [sweeper(first), sweeper(second), sweeper(third), reader(fourth)]
  const published = Promise.all(contents.slice(0, 12).map(publisher)).finally(() => {
    publishing = false
  })
  await Promise.all([published, ...others])
  expect(freed).toBeGreaterThan(199)
  expect(reads).toBeGreaterThan(100)
})

test('a download under way comes whole though its file goes', async () => {
  const { put, age, free, usedOf, storage, text } = await openMedia('download')
  const content = 'x'.repeat(32 << 20)
  await put(content)
  await age(content)
  const server = Bun.serve({ port: 0, fetch: (request) => serveMedia(storage, keyOf(content), request) })
  const socket = createConnection(server.port!, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const parts = socket[Symbol.asyncIterator]()
  let bytes = (await parts.next()).value.length
  expect(await free(usedOf, storage, content)).toBe(1)
  expect(await text(content)).toBeUndefined()
  for (let part = await parts.next(); !part.done; part = await parts.next()) bytes += part.value.length
  expect(bytes).toBeGreaterThan(content.length)
  await server.stop(true)
})
