import {
  type Attempt,
  contentHash,
  type Database,
  type InsertedRow,
  makeOnce,
  type Transaction,
  transact,
} from '@douyin/database'
import {
  type CreateVideoInfo,
  characters,
  checkId,
  checkKey,
  checkLength,
  checkText,
  Failure,
  type Feed,
  limits,
  newId,
} from '@douyin/proto'
import { eq, sql } from 'drizzle-orm'
import { clocks, nextTime } from './publish-clock.ts'
import { authorTable, idempotencyKeyTable, keyKinds, videoTable } from './schema.ts'
import { enqueue, jobKinds } from './transcode-jobs.ts'
import { storeKeys } from './video-files.ts'

const maxUrl = 512

/** Videos that are published at once, and videos that are prepared first. */
export function publishing(db: Database): Pick<Feed, 'createVideo'> {
  return {
    async createVideo(video) {
      checkId('userId', video.userId)
      checkTitle(video.title)
      if (video.original_url) checkText('original_url', video.original_url, maxUrl)
      else checkText('playUrl', video.playUrl, maxUrl)
      checkLength('coverUrl', video.coverUrl, maxUrl)
      checkBytes(video.bytes ?? 0)
      const attempt = attemptOf(video)
      return transact(db, async (tx) => {
        const inserted = await makeOnce(tx, idempotencyKeyTable, attempt, () => insertVideo(tx, video))
        if (!inserted) throw new Failure('IDEMPOTENCY_KEY_REUSED', { field: 'upload_id' })
        return { videoId: [inserted.id], without_comment_list: false }
      })
    },
  }
}

/**
 * web-srv sends a hash of the upload as content_hash: the files made from it may differ from one attempt to the next.
 */
function attemptOf(video: CreateVideoInfo): Attempt | undefined {
  const { userId, playUrl, original_url, title, upload_id, content_hash } = video
  if (!upload_id) return undefined
  checkKey('upload_id', upload_id)
  const content = content_hash || original_url || playUrl
  return { userId, kind: keyKinds.video, key: upload_id, contentHash: contentHash(content, title) }
}

async function insertVideo(tx: Transaction, video: CreateVideoInfo): Promise<InsertedRow> {
  const { userId, coverUrl, title, bytes = 0, duration_ms: durationMs, width, height } = video
  const originalUrl = video.original_url ?? ''
  const publishTime = originalUrl ? null : await nextTime(tx, clocks.publish)
  const playUrl = originalUrl ? '' : video.playUrl
  const createTime = publishTime ?? Date.now()
  const row = { userId, playUrl, coverUrl, title, bytes, durationMs, width, height, originalUrl }
  const [{ insertId }] = await tx.insert(videoTable).values({ ...row, publishTime, uploadTime: createTime })
  const id = newId(insertId)
  if (originalUrl) {
    await storeKeys(tx, id, [originalUrl])
    await enqueue(tx, id, jobKinds.firstVersion)
  } else {
    if (video.make_renditions) await enqueue(tx, id, jobKinds.renditions)
    await countWork(tx, userId)
  }
  return { id, createTime }
}

/** Publishes a locked video as the last one, and counts it. */
export async function publish(tx: Transaction, { id, userId }: Pick<typeof videoTable.$inferSelect, 'id' | 'userId'>) {
  const publishTime = await nextTime(tx, clocks.publish)
  await tx.update(videoTable).set({ publishTime }).where(eq(videoTable.id, id))
  await countWork(tx, userId)
}

function countWork(tx: Transaction, userId: number) {
  const workCount = sql`${authorTable.workCount} + 1`
  return tx.insert(authorTable).values({ userId, workCount: 1 }).onDuplicateKeyUpdate({ set: { workCount } })
}

function checkBytes(bytes: number): void {
  if (bytes < 0 || !Number.isSafeInteger(bytes)) throw new Failure('NOT_POSITIVE', { field: 'bytes' })
}

export function checkTitle(title: string): void {
  checkText('title', title.trim(), limits.title_characters)
  const max = 2 * limits.title_characters
  if (characters(title) > max) throw new Failure('TITLE_WITH_BLANKS_TOO_LONG', { max })
}
