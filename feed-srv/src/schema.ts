import { exactText, idempotencyKeys, text } from '@douyin/database'
import { bigint, index, int, mysqlTable, primaryKey, tinyint, uniqueIndex } from 'drizzle-orm/mysql-core'

const id = (name: string) => bigint(name, { mode: 'number' })

export const videoTable = mysqlTable(
  'video',
  {
    id: id('id').autoincrement().primaryKey(),
    userId: id('user_id').notNull(),
    playUrl: text('play_url', { length: 512 }).notNull(),
    coverUrl: text('cover_url', { length: 512 }).notNull(),
    title: text('title', { length: 512 }).notNull(),
    /** Null until the video can be played: then only its author sees it, and it counts in nothing. */
    publishTime: bigint('publish_time', { mode: 'number' }),
    /** When the row was inserted, ms; 0 in rows that are older than this column. */
    uploadTime: bigint('upload_time', { mode: 'number' }).notNull().default(0),
    /** The size of the uploaded file; 0 if unknown. */
    bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
    /** Ms of the deletion; 0 if the video is not deleted. The row stays for a grace period, until files and likes are deleted. */
    deleteTime: bigint('delete_time', { mode: 'number' }).notNull().default(0),
    commentCount: int('comment_count').notNull().default(0),
    favoriteCount: int('favorite_count').notNull().default(0),
    /** Why the video cannot be published: a reason of proto/reasons.ts with its values, as JSON. */
    failure: text('failure', { length: 512 }).notNull().default(''),
    /** The size of the picture that plays; 0 if unknown. */
    durationMs: int('duration_ms').notNull().default(0),
    width: int('width').notNull().default(0),
    height: int('height').notNull().default(0),
    /** The storage key of the upload as it came, while it is needed to make what plays. */
    originalUrl: text('original_url', { length: 512 }).notNull().default(''),
    /** A JSON array: see video-files.ts. A page of videos then needs no second statement. */
    renditions: text('renditions', { length: 2000 }).notNull().default(''),
    /** The version of favoriteCount that user-srv published. */
    favoriteVersion: bigint('favorite_version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    uniqueIndex('video_publish_time').on(table.publishTime),
    index('video_author').on(table.userId, table.deleteTime, table.publishTime),
    index('video_usage').on(table.userId, table.uploadTime, table.bytes),
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

/** The storage keys in originalUrl and renditions of videos that are not deleted, so that an index finds a key. */
export const videoFileTable = mysqlTable(
  'video_file',
  { videoId: id('video_id').notNull(), key: text('storage_key', { length: 512 }).notNull() },
  (table) => [primaryKey({ columns: [table.videoId, table.key] }), index('video_file_key').on(table.key)],
)

/** A queue. A worker leases the first job that nobody holds; if the worker dies, its lease runs out. */
export const transcodeJobTable = mysqlTable(
  'transcode_job',
  {
    id: id('id').autoincrement().primaryKey(),
    videoId: id('video_id').notNull(),
    /** See jobKinds. A lower kind is leased first. */
    kind: tinyint('kind').notNull(),
    /** How often the job was leased. */
    attempts: int('attempts').notNull().default(0),
    /** Empty if nobody holds the job. */
    leasedBy: exactText('leased_by', { bytes: 64 }).notNull().default(''),
    /** Ms. The job may be leased from then on. */
    leasedUntil: bigint('leased_until', { mode: 'number' }).notNull().default(0),
    /** Thousandths. */
    progress: int('progress').notNull().default(0),
    createTime: bigint('create_time', { mode: 'number' }).notNull(),
  },
  (table) => [
    uniqueIndex('transcode_job_video').on(table.videoId),
    index('transcode_job_queue').on(table.kind, table.id),
    index('transcode_job_lease').on(table.leasedUntil),
  ],
)

/** For comments with a send_id, videos with an upload_id and transcode jobs that are finished. */
export const idempotencyKeyTable = idempotencyKeys('feed_idempotency_key')
export const keyKinds = { comment: 1, video: 2, finishedJob: 3 } as const
