import { type Database, transactInTwoRoundTrips } from '@douyin/database'
import { type CommentInfo, Failure } from '@douyin/proto'
import { sql } from 'drizzle-orm'
import { commentTable, videoTable } from './schema.ts'

/**
 * Deletes a comment with its count. Only its author may, and only by its own video. The video is locked first, as it is
 * when comments are added, so that the two cannot deadlock.
 */
export async function deleteComment(db: Database, { userId, videoId, comment_id }: CommentInfo): Promise<void> {
  const { id, commentCount } = videoTable
  const thisComment = sql`${commentTable.id} = ${comment_id} and ${commentTable.videoId} = ${videoId}`
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const [, found] = await begin([
      sql`select ${id} from ${videoTable} where ${id} = ${videoId} for update`,
      sql`select ${commentTable.userId} from ${commentTable} where ${thisComment} for update`,
    ])
    const author = found?.rows[0]?.user_id
    if (author === undefined) throw new Failure('COMMENT_NOT_FOUND', { videoId, commentId: comment_id })
    if (author !== userId) throw new Failure('NOT_YOUR_COMMENT')
    await commit([
      sql`delete from ${commentTable} where ${thisComment}`,
      sql`update ${videoTable} set ${commentCount} = ${commentCount} - 1 where ${id} = ${videoId}`,
    ])
  })
}
