import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Video } from '../http/answers.ts'
import { type Api, type Person, startLimitMs } from '../http/client.ts'
import { until } from '../stack.ts'
import { type Installation, installation } from './installation.ts'

let api: Api
let people: Person[]
let videos: Video[]
let ops: Installation['ops']
beforeAll(async () => {
  ;({ api, people, videos, ops } = await installation())
}, startLimitMs)
afterAll(() => api?.close())

async function fileOf(key: string): Promise<string> {
  return join(api.stack.mediaDir, key.slice(0, 2), key.slice(2, 4), key)
}
const keyOf = async (id: number, column = 'play_url') => {
  const [row] = await api.stack.feedDatabase.query('select ?? as k from video where id = ?', [column, id])
  return String(row?.k)
}

describe('doctor', () => {
  test('reports no problem of a healthy installation, and exits with 0', async () => {
    const { code, output } = await ops('doctor')
    expect([code, output.includes('WRONG'), output.match(/^good /gm)?.length]).toEqual([0, false, 25])
  })

  const outboxRows = async () => {
    const [row] = await user().query('select count(*) as n from like_count_outbox')
    return Number(row?.n)
  }
  const { user, feed } = { user: () => api.stack.userDatabase, feed: () => api.stack.feedDatabase }
  /** Checks that report a problem only after a grace period. */
  const overdue = ['files of no row', 'comments of deleted videos']
  const damages: [string, () => Promise<unknown>, string][] = [
    [
      'follow_count',
      () => user().query('update user set follow_count = follow_count + 3 where id = ?', [people[0]!.id]),
      'follow_count',
    ],
    [
      'follower_count',
      () => user().query('update user set follower_count = 999 where id = ?', [people[1]!.id]),
      'follower_count',
    ],
    ['favorite_count of a user', () => user().query('update user set favorite_count = 0'), 'favorite_count'],
    ['the likes of a video', () => user().query('update favorite_total set count = count - 1'), 'likes of a video'],
    [
      'a like lost',
      () => user().query('delete from favorite where user_id = ? limit 1', [people[0]!.id]),
      'likes of a video',
    ],
    [
      'what a video shows',
      () => feed().query('update video set favorite_count = 40 where id = ?', [videos[0]!.id]),
      'likes that a video shows',
    ],
    ['comment_count', () => feed().query('update video set comment_count = comment_count + 300'), 'comment_count'],
    ['work_count', () => feed().query('update author set work_count = work_count - 1'), 'work_count'],
    ['total_favorited', () => feed().query('update author set total_favorited = 7'), 'total_favorited'],
    ['the clock', () => feed().query('update publish_clock set last_time = 5'), 'clock of publishing'],
    [
      'comments of no video',
      () => feed().query('insert into comment (video_id, user_id, text, create_time) values (999999, 1, "x", 1)'),
      'comments of no video',
    ],
    [
      'a comment by an unknown user',
      () =>
        feed().query('insert into comment (video_id, user_id, text, create_time) values (?, 999999, "x", 1)', [
          videos[0]!.id,
        ]),
      'comments by unknown users',
    ],
    [
      'a video by an unknown user',
      () =>
        feed().query(
          'insert into video (user_id, play_url, cover_url, title, publish_time) values (999999, "", "", "x", 1)',
        ),
      'videos by unknown users',
    ],
    [
      'comments of a deleted video',
      () => feed().query('update video set delete_time = ? where id = ?', [Date.now() - 300_000, videos[2]!.id]),
      'comments of deleted videos',
    ],
    [
      'likes of a deleted video',
      () => user().query('insert into favorite values (?, ?, 1)', [people[0]!.id, videos[2]!.id]),
      'likes of deleted videos',
    ],
    [
      'follows by unknown users',
      () => user().query('insert into follow values (999999, ?, 1)', [people[0]!.id]),
      'follows by unknown users',
    ],
    [
      'likes of unknown users',
      () => user().query('insert into favorite values (999999, ?, 1)', [videos[0]!.id]),
      'likes of unknown users',
    ],
    [
      'a file of a deleted video',
      async () => {
        const key = `${new Bun.CryptoHasher('sha256').update('deleted').digest('hex')}.mp4`
        await Bun.write(await fileOf(key), 'deleted')
        const columns = 'user_id, play_url, cover_url, title, publish_time, delete_time'
        const row = [people[0]!.id, key, 'none.jpg', 'deleted', 5, Date.now() - 300_000]
        await feed().query(`insert into video (${columns}) values (?)`, [row])
      },
      'files of deleted videos',
    ],
    [
      'a file that no row names',
      async () => {
        const key = `${new Bun.CryptoHasher('sha256').update('loose').digest('hex')}.mp4`
        await Bun.write(await fileOf(key), 'loose')
      },
      'files of no row',
    ],
  ]

  test.each(damages)(
    'reports damage to %s, repairs it only with --fix, and then reports no problem',
    async (_what, damage, word) => {
      // A repair of the test before may still be published to feed-srv, and would overwrite this damage.
      await until(async () => (await outboxRows()) === 0)
      await damage()
      const args = overdue.includes(word) ? ['--grace', '0'] : []
      const report = await ops('doctor', ...args)
      expect([report.code, report.output]).toEqual([1, expect.stringContaining(`WRONG ${word}`)])
      expect((await ops('doctor', ...args)).code).toBe(1)
      const fixed = await ops('doctor', '--fix', ...args)
      expect([fixed.code, fixed.output]).toEqual([0, expect.stringContaining('mended: ')])
      // Some repairs complete in the background, when counts are published or folded.
      await until(async () => (await ops('doctor', ...args)).code === 0, 20_000)
    },
    60_000,
  )

  test('reports a file that a killed process left in the media trash, and removes it with --fix', async () => {
    const key = `${new Bun.CryptoHasher('sha256').update('left').digest('hex')}.mp4`
    const web = api.stack.processes['web-srv']
    // web-srv would remove the file before doctor runs.
    web.kill('SIGSTOP')
    const name = `${key}.${Date.now() - 60_000}.${crypto.randomUUID()}`
    await Bun.write(join(api.stack.mediaDir, 'trash', name), 'left')
    const report = await ops('doctor')
    const fixed = await ops('doctor', '--fix')
    const after = await ops('doctor')
    web.kill('SIGCONT')
    expect([report.code, report.output]).toEqual([1, expect.stringContaining('WRONG files of deleted videos')])
    expect([fixed.code, after.code]).toEqual([0, 0])
  })

  test('names a missing file and one with other bytes, and cannot repair them', async () => {
    const [missing, damaged] = [await keyOf(videos[0]!.id), await keyOf(videos[1]!.id, 'cover_url')]
    const [one, other] = await Promise.all([missing, damaged].map(async (key) => Bun.file(await fileOf(key)).bytes()))
    await rm(await fileOf(missing))
    await writeFile(await fileOf(damaged), 'other bytes')
    const { code, output } = await ops('doctor', '--fix')
    await writeFile(await fileOf(missing), one!)
    await writeFile(await fileOf(damaged), other!)
    expect(code).toBe(1)
    expect(output).toContain(`${missing} is missing`)
    expect(output).toContain(`${damaged} has other bytes`)
    expect((await ops('doctor')).code).toBe(0)
  })
})
