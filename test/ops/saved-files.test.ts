import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeDatabase, openDatabase } from '@douyin/database'
import { migrations } from '../../feed-srv/drizzle/migrations.gen.ts'
import { openFixture } from '../../feed-srv/src/fixture.ts'
import { savedKeys } from '../../ops/saved-files.ts'
import { saveTables } from '../../ops/tables.ts'

const keyOf = (text: string) => `${new Bun.CryptoHasher('sha256').update(text).digest('hex')}.mp4`

test('a backup copies every file of a video: what plays, its cover, its original and its renditions', async () => {
  const fixture = await openFixture()
  const db = await openDatabase({ url: fixture.fresh.url, migrations, service: 'feed' })
  const folder = await mkdtemp(join(tmpdir(), 'douyin-saved-'))
  try {
    await fixture.prepare(1, keyOf('waiting'))
    const id = await fixture.prepare(1, keyOf('original'))
    const rendition = { width: 1, height: 540, bytes: 1, bits_per_second: 1 }
    await fixture.feed.finishTranscodeJob({
      ...{ job_id: await fixture.hold(id, 'w'), worker: 'w', playUrl: keyOf('plays'), coverUrl: keyOf('cover') },
      ...{ renditions: [{ ...rendition, playUrl: keyOf('rendition') }], duration_ms: 1, width: 1, height: 1 },
      make_renditions: true,
    })
    const gone = await fixture.prepare(1, keyOf('deleted'))
    await fixture.feed.deleteVideo({ user_id: 1, video_id: gone })
    const pathOf = (table: string) => join(folder, `${table}.jsonl`)
    const saved = await saveTables(db.$client, ['video'], pathOf)
    const expected = ['waiting', 'original', 'plays', 'cover', 'rendition'].map(keyOf)
    expect((await savedKeys('feed', saved, pathOf)).toSorted()).toEqual(expected.toSorted())
  } finally {
    await rm(folder, { recursive: true })
    await closeDatabase(db)
    await fixture.close()
  }
})
