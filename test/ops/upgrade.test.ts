import { afterEach, describe, expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { updateTables } from '@douyin/database'
import { createPool } from 'mysql2'
import { copyOnce } from '../../ops/backup.ts'
import { migrationsOf, services } from '../../ops/installation.ts'
import { readManifest } from '../../ops/manifest.ts'
import { keysIn } from '../../ops/media.ts'
import { loadTable } from '../../ops/tables.ts'
import { success } from '../http/answers.ts'
import { type Parameters, password, requests } from '../http/client.ts'
import { startOneBox } from '../one-box.ts'
import { emptyMachine } from './empty-machine.ts'

const forms = ['two databases', 'one database'] as const
const saved = { 'two databases': 'two-databases', 'one database': 'one-database' }
const fixtureOf = (form: (typeof forms)[number]) => join(import.meta.dir, 'fixtures', saved[form])

let machine: Awaited<ReturnType<typeof emptyMachine>>
afterEach(() => machine?.remove())

describe.each(forms)('a backup that version d548946 made of %s', (from) => {
  test.each(forms)(
    'can be restored to %s, with each row once, and its users can sign in',
    async (to) => {
      machine = await emptyMachine(to)
      const { code, output } = await machine.ops('restore', fixtureOf(from))
      expect([code, output]).toEqual([0, expect.stringContaining('2 files are back')])
      await expectAllThere()
    },
    60_000,
  )
})

test('services that start on tables of version d548946 migrate them', async () => {
  machine = await emptyMachine('two databases')
  const folder = fixtureOf('two databases')
  const manifest = await readManifest(folder)
  for (const [i, service] of services.entries()) {
    const journal = await readFile(join(folder, service, `${service}_migration.jsonl`), 'utf8')
    const { url } = machine.databases[i]!
    await updateTables({
      url,
      service,
      migrations: migrationsOf[service].filter(({ tag }) => journal.includes(`"${tag}"`)),
    })
    const pool = createPool(url)
    for (const table of manifest[service].filter(({ name }) => !name.endsWith('_migration')))
      await loadTable(pool, join(folder, service, `${table.name}.jsonl`), table)
    await pool.promise().end()
  }
  for await (const keys of keysIn(join(folder, 'media')))
    for (const key of keys) await copyOnce(join(folder, 'media'), machine.mediaDir, key)
  const early = await machine.ops('doctor')
  expect([early.code, early.output]).toEqual([1, expect.stringContaining('run `one-box migrate` first')])
  await expectAllThere()
}, 60_000)

test('a backup of one shared database contains each table once, and can be restored to either form', async () => {
  machine = await emptyMachine('one database')
  expect((await machine.ops('restore', fixtureOf('one database'))).code).toBe(0)
  await machine.databases[0].query('create table other_migration (tag int)')
  const folder = join(machine.mediaDir, 'backup')
  expect((await machine.ops('backup', folder)).code).toBe(0)
  const manifest = await readManifest(folder)
  const [user, feed] = services.map((service) => manifest[service].map(({ name }) => name))
  expect(user!.filter((name) => feed!.includes(name))).toEqual([])
  expect([...user!, ...feed!]).not.toContain('other_migration')
  const original = machine
  for (const to of forms) {
    machine = await emptyMachine(to)
    const { code, output } = await machine.ops('restore', folder)
    expect([code, output]).toEqual([0, expect.stringContaining('2 files are back')])
    await expectAllThere()
    await machine.remove()
  }
  machine = original
}, 120_000)

/** Checks the data of the fixtures through one-box, which runs with another secret than the fixtures were made with. */
async function expectAllThere(): Promise<void> {
  const { databases, mediaDir } = machine
  const env = { MEDIA_DIR: mediaDir, JWT_SECRET: 'another secret, which signed no token before' }
  const box = await startOneBox({ databases, env })
  try {
    const api = requests(box.base)
    const get = async (path: string, parameters: Parameters) => success(await api.get(path, parameters))
    const signIn = async (username: string, secret = password) =>
      success(await api.post('/user/login/', { username, password: secret }))
    const people = await Promise.all(['anna', 'bob', '小明', 'dora 🎬'].map((name) => signIn(name)))
    const eve = await signIn('eve', 'another pass 7')
    expect(new Set([...people, eve].map(({ user_id }) => user_id)).size).toBe(5)
    const [anna, bob] = people
    const { video_list } = await get('/feed/', { token: bob!.token })
    expect(video_list).toEqual([
      expect.objectContaining({ title: 'a tiny video 短片', favorite_count: 3, comment_count: 4, is_favorite: true }),
    ])
    expect((await fetch(video_list[0]!.play_url)).status).toBe(200)
    const { user } = await get('/user/', { user_id: anna!.user_id, token: bob!.token })
    expect(user).toMatchObject({
      follow_count: 1,
      follower_count: 2,
      is_follow: true,
      work_count: 1,
      total_favorited: 3,
    })
    const { comment_list } = await get('/comment/list/', { video_id: video_list[0]!.id })
    expect(comment_list.map(({ content }) => content)).toEqual(Array(4).fill('说 "quotes"\n🎬'))
    const chat = { token: anna!.token, to_user_id: bob!.user_id, pre_msg_time: 0 }
    expect((await get('/message/chat/', chat)).message_list.map(({ content }) => content)).toEqual(['hello 0 你好'])
    expect((await machine.ops('doctor')).code).toBe(0)
    const counts = await Promise.all(
      ['user', 'follow', 'message', 'conversation'].map((table) =>
        databases[0].query('select count(*) as n from ??', [table]),
      ),
    )
    expect(counts.map(([row]) => row?.n)).toEqual([5, 6, 5, 5])
  } finally {
    await box.stop()
  }
}
