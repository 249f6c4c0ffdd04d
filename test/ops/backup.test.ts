import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { success, type Video } from '../http/answers.ts'
import { type Api, type Person, startLimitMs } from '../http/client.ts'
import { clip } from '../http/clips.ts'
import { type FreshDatabase, freshDatabase } from '../mysql.ts'
import { isStopped } from '../process-state.ts'
import { until } from '../stack.ts'
import { environment, type Installation, installation, opsOf, startOps } from './installation.ts'

let api: Api
let people: Person[]
let videos: Video[]
let ops: Installation['ops']
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-ops-'))
  ;({ api, people, videos, ops } = await installation())
}, startLimitMs)
afterAll(async () => {
  await api?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('backup and restore', () => {
  test('restore everything on an empty machine, byte for byte, also if users write during the backup', async () => {
    let stopped = false
    const busy = (async () => {
      for (let i = 0; !stopped; i++) {
        const about = { token: people[i % 4]!.token, video_id: videos[i % 2]!.id }
        await api.post('/favorite/action/', { ...about, action_type: 1 + (i % 2) })
        await api.post('/comment/action/', { ...about, action_type: 1, comment_text: `meanwhile ${i}\u2028` })
      }
    })()
    const saved = await ops('backup', join(folder, 'one'))
    stopped = true
    await busy
    expect([saved.code, saved.output]).toEqual([0, expect.stringContaining('rows and')])
    await expectRestored(join(folder, 'one'))
  }, 60_000)

  test('a second backup into the same folder copies no file again, and contains every current row', async () => {
    const latest = await api.video(people[3]!, 'since then')
    const copied = async () => {
      const names = await readdir(join(folder, 'one/media'), { recursive: true })
      const files = names.filter((name) => /[0-9a-f]{64}/.test(name)).toSorted()
      return Promise.all(files.map(async (name) => [name, (await stat(join(folder, 'one/media', name))).mtimeMs]))
    }
    const before = await copied()
    expect((await ops('backup', join(folder, 'one'))).code).toBe(0)
    expect(await copied()).toEqual(before)
    const tables = await expectRestored(join(folder, 'one'))
    for (const name of ['user', 'follow', 'favorite', 'message', 'conversation'])
      expect(tables.user[name]).toEqual(await api.stack.userDatabase.query('select * from ??', [name]))
    for (const name of ['video', 'comment', 'author', 'publish_clock'])
      expect(tables.feed[name]).toEqual(await api.stack.feedDatabase.query('select * from ??', [name]))
    expect(tables.feed.video).toContainEqual(expect.objectContaining({ id: latest.id, title: 'since then' }))
  }, 60_000)

  test('a restore into a non-empty installation is refused, and so is one from a folder without a backup', async () => {
    const over = await ops('restore', join(folder, 'one'))
    expect([over.code === 0, over.output]).toEqual([false, expect.stringContaining('not empty')])
    const none = await ops('restore', folder)
    expect([none.code === 0, none.output]).toEqual([false, expect.stringContaining('no backup')])
  })

  test('a backup with a changed byte is rejected as damaged', async () => {
    const { rows } = await Bun.file(join(folder, 'one/manifest.json')).json()
    const file = join(folder, 'one', rows, 'feed/comment.jsonl')
    const text = await Bun.file(file).text()
    await writeFile(file, text.replace('meanwhile', 'MEANWHILE'))
    const { code, output } = await restoreInto(join(folder, 'one'), async () => {})
    await writeFile(file, text)
    expect([code === 0, output]).toEqual([false, expect.stringContaining('the backup of comment is damaged')])
  }, 60_000)

  test('a backup contains the files of videos that are deleted during it', async () => {
    const film = await clip('tiny.mp4')
    const env = environment(api.stack.userDatabase, api.stack.feedDatabase, api.stack.mediaDir)
    for (let round = 0; ; round++) {
      const target = join(folder, `deleted ${round}`)
      const one = await api.video(people[0]!, undefined, new Blob([film, free(2 * round)]))
      const two = await api.video(people[0]!, undefined, new Blob([film, free(2 * round + 1)]))
      const child = startOps(env, 'backup', target)
      const exists = (name: string) => Bun.file(join(target, name)).exists()
      const rows = async () => (await readdir(target).catch(() => [])).find((name) => name.startsWith('rows-'))
      await until(async () => exists(`${await rows()}/feed/video.jsonl`))
      child.kill('SIGSTOP')
      await until(() => isStopped(child.pid))
      const wasQuick = await exists('manifest.json')
      success(await api.post('/publish/delete/', { token: people[0]!.token, video_id: two.id }))
      await until(async () => (await fetch(two.play_url)).status === 404)
      child.kill('SIGCONT')
      const code = await child.exited
      if (wasQuick) continue
      expect([code, await new Response(child.stdout).text(), await new Response(child.stderr).text()]).toEqual([
        0,
        expect.any(String),
        expect.any(String),
      ])
      const keyOf = ({ play_url }: Video) => play_url.slice(play_url.lastIndexOf('/') + 1)
      const names = await readdir(join(target, 'media'), { recursive: true })
      for (const video of [one, two]) expect(names.filter((name) => name.endsWith(keyOf(video)))).toHaveLength(1)
      const left = async () => (await readdir(join(api.stack.mediaDir, 'trash'))).length
      await until(async () => (await left()) === 0)
      break
    }
  }, 60_000)
})

const free = (mark: number) => new Uint8Array([0, 0, 0, 12, 102, 114, 101, 101, 1, 2, 3, mark])

type Tables = Record<string, Record<string, unknown>[]>

/** Restores into empty databases and an empty folder, and compares them with the backup. */
async function expectRestored(backup: string): Promise<{ user: Tables; feed: Tables }> {
  const tables: { user: Tables; feed: Tables } = { user: {}, feed: {} }
  const manifest = await Bun.file(join(backup, 'manifest.json')).json()
  const { code, output } = await restoreInto(backup, async (databases, mediaDir) => {
    for (const service of ['user', 'feed'] as const)
      for (const { name, rows } of manifest[service]) {
        tables[service][name] = await databases[service].query('select * from ??', [name])
        // Services continue to work on the deltas, and the restore adds its own time to `installation`.
        if (!/delta|favorite_total|migration|installation/.test(name))
          expect([name, tables[service][name]!.length]).toEqual([name, rows])
      }
    const keys = (await readdir(mediaDir, { recursive: true })).filter((name) => /[0-9a-f]{64}/.test(name))
    const digests = await Promise.all(
      keys.map(async (key) =>
        new Bun.CryptoHasher('sha256').update(await Bun.file(join(mediaDir, key)).bytes()).digest('hex'),
      ),
    )
    expect(digests).toEqual(keys.map((key) => key.split('/').at(-1)!.slice(0, 64)))
    expect(keys.length).toBeGreaterThan(1)
  })
  expect([code, output]).toEqual([0, expect.not.stringContaining('damaged')])
  expect(tables.feed.comment!.some(({ text }) => String(text).includes('说 "quotes"\n🎬'))).toBe(true)
  expect(tables.user.user!.map(({ name }) => String(name))).toContain(people[0]!.name)
  return tables
}

async function restoreInto(
  backup: string,
  look: (databases: { user: FreshDatabase; feed: FreshDatabase }, mediaDir: string) => Promise<void>,
) {
  const [user, feed] = [await freshDatabase(), await freshDatabase()]
  const mediaDir = await mkdtemp(join(folder, 'media-'))
  const result = await opsOf(environment(user, feed, mediaDir), 'restore', backup)
  if (result.code === 0) await look({ user, feed }, mediaDir)
  await Promise.all([user.drop(), feed.drop()])
  return result
}
