// How the likes of a deleted video are removed, whoever dies meanwhile.
//
// A deletion becomes known by three ways: the caller that deleted says so (NoteVideoDeleted), feed-srv lists it
// (ListDeletedVideos), and feed-srv answers it to a count of likes. Each way leaves a mark in favorite_total, so that nobody likes
// the video from then on, and a note in deleted_video. A round removes the likes, some at a time with the counts of
// their users, and then the note.
//
// A like may be in flight meanwhile: its transaction has read that the video exists, and commits after the round. It does
// not stay: each like commits with a row of like_count_outbox, which is deleted only when feed-srv has taken the count. If
// feed-srv took it before the deletion, the like was committed before the note of the deletion. Otherwise feed-srv answers
// that the video is gone, which leaves another note here.
import { type Database, isOneOf, namesOf, rowsOf, transact } from '@douyin/database'
import { backgroundLoop } from '@douyin/process'
import { type DeletedVideoInfo, type Feed, type Log, maxIds } from '@douyin/proto'
import { asc, eq, sql } from 'drizzle-orm'
import { removeLikes } from './like-removal.ts'
import { deletedVideoTable, favoriteTotalTable } from './schema.ts'

/** How often feed-srv is asked for deletions: within 5 s they have to be known. */
const askMs = 2000
const removeMs = 1000

export interface DeletedVideos {
  /** From now on nobody likes these videos, and their likes go. */
  note(videoIds: number[]): Promise<void>
  stop(): Promise<void>
}

/** Follows the deletions of feed-srv, and removes the likes of deleted videos. */
export function deletedVideos(db: Database, feed: Pick<Feed, 'listDeletedVideos'>, log: Log): DeletedVideos {
  const removing = backgroundLoop(() => removeSome(db), {
    name: 'likes of deleted videos',
    intervalMs: removeMs,
    onError: (error) => log.error({ err: error }, 'likes of deleted videos are kept longer'),
  })

  async function note(videoIds: number[]): Promise<void> {
    if (videoIds.length === 0) return
    await noteDeleted(db, videoIds)
    removing.wake()
  }

  // Of a process that starts the first page begins with the oldest deletion that feed-srv still knows.
  let isKnown = false
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
    isKnown = true
    return videos.length === maxIds
  }
  const learning = backgroundLoop(learn, {
    name: 'deleted videos',
    intervalMs: askMs,
    // feed-srv may start later than we do, which is nothing to tell.
    onError: (error) => isKnown && log.error({ err: error }, 'which videos were deleted is not known'),
  })

  return {
    note,
    async stop() {
      await learning.stop()
      await removing.stop()
    },
  }
}

/** Marks these videos, and notes that their likes have to go. */
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

/** Those that were not noted before: a note was stored with the mark. */
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

/** Works on the oldest note; says whether more may be left. */
async function removeSome(db: Database): Promise<boolean> {
  const { id } = deletedVideoTable
  const [note] = await db.select().from(deletedVideoTable).orderBy(asc(id)).limit(1)
  if (!note) return false
  if (await removeLikes(db, note.videoId)) return true
  await db.delete(deletedVideoTable).where(eq(id, note.id))
  return true
}
