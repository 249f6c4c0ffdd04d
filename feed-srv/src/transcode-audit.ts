import {
  type Audit,
  compareTallies,
  type Database,
  type Finding,
  type Tally,
  type Transaction,
  tally,
  transact,
} from '@douyin/database'
import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import { transcodeJobTable, videoFileTable, videoTable } from './schema.ts'
import { changeVideo, enqueue, failedForUnknownReason, jobKinds, removeJob, type Video } from './transcode-jobs.ts'
import { otherKeys, parseRenditions, storeKeys } from './video-files.ts'

/** The most findings of one audit. The next run finds the rest. */
const maxFindings = 1000

/** The invariants of jobs and of the files that they make. They hold at any moment. */
export function auditTranscoding(db: Database): Audit[] {
  const one = sql`1`
  const videos = (only: SQL, value = one) => tally({ table: sql`${videoTable}`, key: sql`id`, value, only })
  const existing = videos(sql`delete_time = 0`)
  const jobsOf = (only?: SQL) => tally({ table: sql`${transcodeJobTable}`, key: sql`video_id`, value: one, only })
  const firstVersions = jobsOf(sql`kind = ${jobKinds.firstVersion}`)
  const filesOf = tally({ table: sql`${videoFileTable}`, key: sql`video_id`, value: sql`count(*)` })
  const named = sql`case when renditions = '' then 0 else json_length(renditions) end + (original_url <> '')`
  const stateless = videos(sql`delete_time = 0 and publish_time is null and failure = ''`)
  const published = videos(sql`delete_time = 0 and publish_time is not null`)
  const withOriginal = videos(sql`delete_time = 0 and publish_time is not null and original_url <> ''`)
  const withFiles = videos(sql`delete_time = 0 and (renditions <> '' or original_url <> '')`, sql`max(${named})`)

  /** Compares two tallies of videos. `mend` gets the locked video; undefined if it is deleted or never existed. */
  function audit(
    what: string,
    [a, b]: [Tally, Tally],
    isWrong: (a: number | undefined, b: number | undefined) => boolean,
    mend: Mend,
  ): Audit {
    const find = async () => {
      const findings: Finding[] = []
      await compareTallies(db, { a, b }, (id, values) => {
        if (!isWrong(values.a, values.b) || findings.length === maxFindings) return
        findings.push({ what, where: `of video ${id}`, mend: () => mendLocked(id, mend) })
      })
      return findings
    }
    return { what, find }
  }

  const mendLocked = (id: number, mend: Mend) =>
    transact(db, async (tx) => {
      const [video] = await tx
        .select()
        .from(videoTable)
        .where(and(eq(videoTable.id, id), eq(videoTable.deleteTime, 0)))
        .for('update')
      await mend(tx, id, video)
    })

  return [
    audit(
      'jobs of no video',
      [jobsOf(), existing],
      (job, video) => job !== undefined && video === undefined,
      (tx, id) => removeJob(tx, id),
    ),
    audit(
      'first versions of published videos',
      [firstVersions, published],
      (job, video) => job !== undefined && video !== undefined,
      (tx, id) => removeJob(tx, id),
    ),
    audit(
      'unpublished videos without a job',
      [stateless, jobsOf()],
      (video, job) => video !== undefined && job === undefined,
      async (tx, id, video) => {
        if (video?.originalUrl) await enqueue(tx, id, jobKinds.firstVersion)
        else if (video) await changeVideo(tx, video, { failure: failedForUnknownReason })
      },
    ),
    audit(
      'originals that nothing needs',
      [withOriginal, jobsOf()],
      (video, job) => video !== undefined && job === undefined,
      async (tx, _id, video) => {
        if (video) await changeVideo(tx, video, { originalUrl: '' })
      },
    ),
    audit(
      'keys of versions',
      [withFiles, filesOf],
      (names, files) => names !== files,
      (tx, id, video) => storeKeys(tx, id, video ? otherKeys(video) : []),
    ),
  ]
}

type Mend = (tx: Transaction, id: number, video: Video | undefined) => Promise<unknown>

/** The storage keys of renditions, which can be made again, unless playUrl names one, too. */
export async function renditionKeys(db: Database): Promise<string[]> {
  const { deleteTime, renditions, playUrl } = videoTable
  const rows = await db
    .select({ renditions, playUrl })
    .from(videoTable)
    .where(and(eq(deleteTime, 0), ne(renditions, '')))
  return rows.flatMap((row) =>
    parseRenditions(row.renditions).flatMap(({ playUrl }) => (playUrl === row.playUrl ? [] : playUrl)),
  )
}

/** Forgets the renditions of videos that have lost one, and queues them again. */
export async function forgetRendition(db: Database, key: string): Promise<void> {
  const files = await db.select().from(videoFileTable).where(eq(videoFileTable.key, key))
  for (const { videoId } of files)
    await transact(db, async (tx) => {
      const [video] = await tx.select().from(videoTable).where(eq(videoTable.id, videoId)).for('update')
      if (!video || video.playUrl === key || video.originalUrl === key) return
      await changeVideo(tx, video, { renditions: '' })
      await removeJob(tx, videoId)
      await enqueue(tx, videoId, jobKinds.orderedRenditions)
    })
}
