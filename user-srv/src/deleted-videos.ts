// How the likes of a deleted video are deleted, whichever process dies meanwhile.
//
// user-srv learns of a deletion in three ways: the caller that deleted the video says so (NoteVideoDeleted), feed-srv lists
// the video (ListDeletedVideos), and feed-srv answers so to a like count. In each case user-srv marks the video in
// favorite_total, so that new likes are rejected, and inserts a row of deleted_video. A loop deletes the likes, in batches
// with the counts of their users, and then that row.
//
// A like may be in flight meanwhile: its transaction has read that the video exists, and commits after the round. It does
// not stay: each like commits with a row of like_count_outbox, which is deleted only when feed-srv has taken the count. If
// feed-srv took it before the deletion, the like was committed before the row of deleted_video. Otherwise feed-srv answers
// that the video is gone, which inserts another row of deleted_video.
import { type Database, isOneOf, namesOf, rowsOf, transact } from '@douyin/database'
import { backgroundLoop } from '@douyin/process'
import { type DeletedVideoInfo, type Feed, type Log, maxIds } from '@douyin/proto'
import { asc, eq, sql } from 'drizzle-orm'
import { removeLikes } from './like-removal.ts'
import { deletedVideoTable, favoriteTotalTable } from './schema.ts'

/** A deletion has to be known within 5 s. */
const pollMs = 2000
const removalMs = 1000

export interface DeletedVideos {
  /** Rejects new likes of these videos from now on, and deletes their likes. */
  note(videoIds: number[]): Promise<void>
  stop(): Promise<void>
}

/** Follows the deletions in feed-srv, and deletes the likes of deleted videos. */
export function deletedVideos(db: Database, feed: Pick<Feed, 'listDeletedVideos'>, log: Log): DeletedVideos {
  const removing = backgroundLoop(() => removeSome(db), {
    name: 'likes of deleted videos',
    intervalMs: removalMs,
    onError: (error) => log.error({ err: error }, 'failed to delete the likes of deleted videos'),
  })

  async function note(videoIds: number[]): Promise<void> {
    if (videoIds.length === 0) return
    await noteDeleted(db, videoIds)
    removing.wake()
  }

  // A new process begins with the oldest deletion that feed-srv still lists.
  let hasLearned = false
  let last: Pick<DeletedVideoInfo, 'id' | 'delete_time'> = { id: 0, delete_time: 0 }
  async function learn(): Promise<boolean> {
    const { videos } = await feed.listDeletedVideos({ after_time: last.delete_time, after_id: last.id, limit: maxIds })
    await note(
      await unmarked(
        db,
        videos.map((video) => video.id),
      ),
    )
    last = videos.at(-1) ?? last
    hasLearned = true
    return videos.length === maxIds
  }
  const learning = backgroundLoop(learn, {
    name: 'deleted videos',
    intervalMs: pollMs,
    // feed-srv may start later than user-srv, which is not worth a line.
    onError: (error) => hasLearned && log.error({ err: error }, 'failed to poll the deleted videos'),
  })

  return {
    note,
    async stop() {
      await learning.stop()
      await removing.stop()
    },
  }
}

/** Marks these videos as deleted, and notes that their likes have to be deleted. */
export function noteDeleted(db: Database, videoIds: number[]): Promise<void> {
  const { videoId } = deletedVideoTable
  const ids = videoIds.toSorted((a, b) => a - b)
  return transact(db, async (tx) => {
    await tx
      .insert(favoriteTotalTable)
      .values(ids.map((id) => ({ videoId: id, count: 0, version: 0, isDeleted: true })))
      .onDuplicateKeyUpdate({ set: { isDeleted: true } })
    const rows = rowsOf(ids.map((id) => [id]))
    await tx.execute(sql`insert into ${deletedVideoTable} (${namesOf([videoId])}) values ${rows}`)
  })
}

/** The videos that are not marked yet. A marked one was noted in the same transaction. */
async function unmarked(db: Database, ids: number[]): Promise<number[]> {
  if (ids.length === 0) return []
  const { videoId, isDeleted } = favoriteTotalTable
  const rows = await db
    .select({ videoId })
    .from(favoriteTotalTable)
    .where(sql`${isOneOf(videoId, ids)} and ${isDeleted}`)
  const marked = new Set(rows.map((row) => row.videoId))
  return ids.filter((id) => !marked.has(id))
}

/** Works on the oldest row of deleted_video. Returns whether more work may be left. */
async function removeSome(db: Database): Promise<boolean> {
  const { id } = deletedVideoTable
  const [note] = await db.select().from(deletedVideoTable).orderBy(asc(id)).limit(1)
  if (!note) return false
  if (await removeLikes(db, note.videoId)) return true
  await db.delete(deletedVideoTable).where(eq(id, note.id))
  return true
}
