import { idempotencyKeys, text } from '@douyin/database'
import { bigint, index, int, mysqlTable, tinyint, uniqueIndex } from 'drizzle-orm/mysql-core'

const id = (name: string) => bigint(name, { mode: 'number' })

export const videoTable = mysqlTable(
  'video',
  {
    id: id('id').autoincrement().primaryKey(),
    userId: id('user_id').notNull(),
    playUrl: text('play_url', { length: 512 }).notNull(),
    coverUrl: text('cover_url', { length: 512 }).notNull(),
    title: text('title', { length: 512 }).notNull(),
    publishTime: bigint('publish_time', { mode: 'number' }).notNull(),
    /** The size of the uploaded file; 0 if unknown. */
    bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
    /** Ms of the deletion; 0 if the video is not deleted. The row stays for a grace period, until files and likes are deleted. */
    deleteTime: bigint('delete_time', { mode: 'number' }).notNull().default(0),
    commentCount: int('comment_count').notNull().default(0),
    favoriteCount: int('favorite_count').notNull().default(0),
    /** The version of favoriteCount that user-srv published. */
    favoriteVersion: bigint('favorite_version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    uniqueIndex('video_publish_time').on(table.publishTime),
    index('video_author').on(table.userId, table.deleteTime, table.publishTime),
    index('video_usage').on(table.userId, table.publishTime, table.bytes),
    index('video_deleted').on(table.deleteTime),
    index('video_play_url').on(table.playUrl),
    index('video_cover_url').on(table.coverUrl),
  ],
)

/** The newest publish time and the newest delete time. The lock of the row keeps the times in the order of commits. */
export const publishClockTable = mysqlTable('publish_clock', {
  id: tinyint('id').primaryKey(),
  lastTime: bigint('last_time', { mode: 'number' }).notNull(),
})

/** Counts of a user who has published. */
export const authorTable = mysqlTable('author', {
  userId: id('user_id').primaryKey(),
  workCount: int('work_count').notNull().default(0),
  totalFavorited: bigint('total_favorited', { mode: 'number' }).notNull().default(0),
})

export const commentTable = mysqlTable(
  'comment',
  {
    id: id('id').autoincrement().primaryKey(),
    videoId: id('video_id').notNull(),
    userId: id('user_id').notNull(),
    text: text('text', { length: 1000 }).notNull(),
    createTime: bigint('create_time', { mode: 'number' }).notNull(),
  },
  (table) => [index('comment_video').on(table.videoId, table.id), index('comment_author').on(table.userId, table.id)],
)

/** For comments with a send_id and videos with an upload_id. */
export const idempotencyKeyTable = idempotencyKeys('feed_idempotency_key')
export const keyKinds = { comment: 1, video: 2 } as const
