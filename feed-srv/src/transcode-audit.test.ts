import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { migrations } from '../drizzle/migrations.gen.ts'
import { auditFeed, deletedKeys, mediaKeys } from './audit.ts'
import { removeAuthored } from './authors-audit.ts'
import { type Fixture, openFixture } from './fixture.ts'
import { forgetRendition, renditionKeys } from './transcode-audit.ts'

const rendition = { playUrl: 'r540.mp4', width: 304, height: 540, bytes: 9, bits_per_second: 9 }
let fixture: Fixture
let db: Database
let [published, waiting, failed, withOriginal]: number[] = []
beforeAll(async () => {
  fixture = await openFixture()
  db = await openDatabase({ url: fixture.fresh.url, migrations, service: 'feed' })
  const { feed } = fixture
  published = await fixture.prepare(1, 'gone.mov')
  await finish(published, false)
  withOriginal = await fixture.prepare(1, 'kept.mov')
  await finish(withOriginal, true)
  waiting = await fixture.prepare(1, 'waiting.mov')
  failed = await fixture.prepare(1, 'failed.mov')
  const failure = '{"reason":"VIDEO_DAMAGED","values":{}}'
  await feed.failTranscodeJob({ job_id: await fixture.hold(failed, 'w'), worker: 'w', failure, final: true })
})
afterAll(async () => {
  await closeDatabase(db)
  await fixture.close()
})

const query = (sql: string, values: unknown[] = []) => fixture.fresh.query(sql, values)
const job = (videoId: number | undefined, kind: number) =>
  query('insert into transcode_job (video_id, kind, create_time) values (?, ?, 1)', [videoId, kind])
const finish = async (videoId: number, make_renditions: boolean) =>
  fixture.feed.finishTranscodeJob({
    ...{ job_id: await fixture.hold(videoId, 'w'), worker: 'w', playUrl: 'p.mp4', coverUrl: 'p.jpg' },
    ...{ renditions: [rendition], duration_ms: 1, width: 1, height: 1, make_renditions },
  })
const findings = async () => {
  const all = await Promise.all(auditFeed(db, 0).map(({ find }) => find()))
  return all.flat()
}
const mendAll = async () => {
  for (const { mend } of await findings()) await mend?.()
}

const damages: [what: string, damage: () => Promise<unknown>, check?: () => Promise<void>][] = [
  ['jobs of no video', () => job(999_999, 1)],
  ['first versions of published videos', () => job(published, 1)],
  [
    'unpublished videos without a job',
    () => query('delete from transcode_job where video_id = ?', [waiting]),
    async () =>
      expect(await query('select kind from transcode_job where video_id = ?', [waiting])).toEqual([{ kind: 1 }]),
  ],
  [
    'unpublished videos without a job',
    async () => {
      await query('delete from transcode_job where video_id = ?', [waiting])
      await query('delete from video_file where video_id = ?', [waiting])
      await query(`update video set original_url = '' where id = ?`, [waiting])
    },
    async () => {
      const { videos } = await fixture.feed.getTranscodeProgress({ video_id: [waiting!] })
      expect(videos[0]?.preparation?.state).toBe('failed')
    },
  ],
  [
    'originals that nothing needs',
    () => query('delete from transcode_job where video_id = ?', [withOriginal]),
    async () => expect((await fixture.feed.findUsedKeys({ key: ['kept.mov'] })).key).toEqual([]),
  ],
  ['keys of versions', () => query(`insert into video_file values (999999, 'orphan.mp4')`)],
  [
    'keys of versions',
    () => query('delete from video_file where video_id = ?', [published]),
    async () => expect((await fixture.feed.findUsedKeys({ key: ['r540.mp4'] })).key).toEqual(['r540.mp4']),
  ],
]

test('no audit finds anything in videos that are published, prepared or have failed', async () => {
  expect(await findings()).toEqual([])
})

test.each(damages)('the audit finds %s, and nothing else, and mends it', async (what, damage, check) => {
  await damage()
  expect((await findings()).map((finding) => finding.what)).toEqual([what])
  await mendAll()
  expect(await findings()).toEqual([])
  await check?.()
})

test('every file of a video is in use until it is deleted, and is then one of a deleted video', async () => {
  const id = await fixture.prepare(2, 'all.mov')
  await finish(id, true)
  expect((await mediaKeys(db)).toSorted()).toEqual(['all.mov', 'failed.mov', 'p.jpg', 'p.mp4', 'r540.mp4'])
  await fixture.feed.deleteVideo({ user_id: 2, video_id: id })
  expect(await mediaKeys(db)).not.toContain('all.mov')
  expect((await deletedKeys(db, -1)).toSorted()).toEqual(['all.mov', 'p.jpg', 'p.mp4', 'r540.mp4'])
  expect(await findings()).toEqual([])
})

test('a rendition whose file is lost is forgotten with the others of its video, and made again', async () => {
  expect(await renditionKeys(db)).toContain('r540.mp4')
  await forgetRendition(db, 'r540.mp4')
  expect(await renditionKeys(db)).toEqual([])
  expect((await fixture.video(published!)).renditions).toEqual([])
  expect(await query('select kind from transcode_job where video_id = ?', [published])).toEqual([{ kind: 3 }])
  expect(await findings()).toEqual([])
})

test('the videos of an unknown user leave with their jobs and keys', async () => {
  await fixture.prepare(3, 'unknown.mov')
  await removeAuthored(db, 'video', 3)
  expect((await fixture.feed.findUsedKeys({ key: ['unknown.mov'] })).key).toEqual([])
  expect(await findings()).toEqual([])
})
