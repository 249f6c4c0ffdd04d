import { exactText, idempotencyKeys, text } from '@douyin/database'
import {
  bigint,
  boolean,
  index,
  int,
  text as longText,
  mysqlTable,
  primaryKey,
  tinyint,
  uniqueIndex,
} from 'drizzle-orm/mysql-core'

/** 32 characters take up to 18 bytes each. */
export const nameKeyBytes = 640

const id = (name: string) => bigint(name, { mode: 'number' })
const time = (name: string) => bigint(name, { mode: 'number' }).notNull()

export const userTable = mysqlTable(
  'user',
  {
    id: id('id').autoincrement().primaryKey(),
    name: exactText('name', { bytes: 128 }).notNull().unique('user_name'),
    /** Unique for names that look alike. Both are null if an older version accepted a look-alike of an earlier account: see name-keys.ts. */
    nameLetters: exactText('name_letters', { bytes: nameKeyBytes }).unique('user_name_letters'),
    nameLook: exactText('name_look', { bytes: nameKeyBytes }).unique('user_name_look'),
    passwordHash: text('password_hash', { length: 255 }).notNull(),
    avatar: text('avatar', { length: 512 }).notNull().default(''),
    backgroundImage: text('background_image', { length: 512 }).notNull().default(''),
    signature: text('signature', { length: 512 }).notNull().default(''),
    createTime: time('create_time'),
    /** The epoch that a valid token names, and when it last changed: see token-revocation.ts. */
    tokenEpoch: int('token_epoch').notNull().default(0),
    tokenEpochTime: time('token_epoch_time').default(0),
    followCount: int('follow_count').notNull().default(0),
    followerCount: int('follower_count').notNull().default(0),
    favoriteCount: int('favorite_count').notNull().default(0),
  },
  (table) => [
    index('user_avatar').on(table.avatar),
    index('user_background').on(table.backgroundImage),
    index('user_token_epoch_time').on(table.tokenEpochTime, table.id),
  ],
)

export const followTable = mysqlTable(
  'follow',
  {
    followerId: id('follower_id').notNull(),
    followedId: id('followed_id').notNull(),
    createTime: time('create_time'),
  },
  (table) => [
    primaryKey({ columns: [table.followerId, table.followedId] }),
    index('follow_newest').on(table.followerId, table.createTime, table.followedId),
    index('follower_newest').on(table.followedId, table.createTime, table.followerId),
  ],
)

export const favoriteTable = mysqlTable(
  'favorite',
  {
    userId: id('user_id').notNull(),
    videoId: id('video_id').notNull(),
    createTime: time('create_time'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.videoId] }),
    index('favorite_newest').on(table.userId, table.createTime, table.videoId),
    index('favorite_video').on(table.videoId, table.userId),
  ],
)

/** One row for two users who have exchanged messages, the lesser id first. Its lock keeps the messages in the order of commits. */
export const conversationTable = mysqlTable(
  'conversation',
  {
    lowId: id('low_id').notNull(),
    highId: id('high_id').notNull(),
    /** The time of the newest message. That of the next message is greater. */
    lastTime: time('last_time'),
    lastFromId: id('last_from_id').notNull(),
    lastContent: text('last_content', { length: 1000 }).notNull(),
    /** The number of unread messages to each of the two, and the time up to which each has read. */
    lowUnread: int('low_unread').notNull().default(0),
    highUnread: int('high_unread').notNull().default(0),
    lowReadTime: time('low_read_time').default(0),
    highReadTime: time('high_read_time').default(0),
  },
  (table) => [
    primaryKey({ columns: [table.lowId, table.highId] }),
    index('conversation_low').on(table.lowId, table.lastTime),
    index('conversation_high').on(table.highId, table.lastTime),
  ],
)

export const messageTable = mysqlTable(
  'message',
  {
    id: id('id').autoincrement().primaryKey(),
    lowId: id('low_id').notNull(),
    highId: id('high_id').notNull(),
    fromId: id('from_id').notNull(),
    content: text('content', { length: 1000 }).notNull(),
    createTime: time('create_time'),
  },
  (table) => [
    uniqueIndex('message_time').on(table.lowId, table.highId, table.createTime),
    index('message_low').on(table.lowId, table.createTime),
    index('message_high').on(table.highId, table.createTime),
  ],
)

/** The likes of a video. Pages show them from here; feed-srv gets them through the outbox. */
export const favoriteTotalTable = mysqlTable('favorite_total', {
  videoId: id('video_id').primaryKey(),
  count: int('count').notNull(),
  /** Grows with each change of count: of two counts the one with the greater version is newer. */
  version: bigint('version', { mode: 'number' }).notNull(),
  /** A deleted video gets no likes any more. */
  isDeleted: boolean('is_deleted').notNull().default(false),
})

/** Deleted videos whose likes have still to be deleted: see deleted-videos.ts. */
export const deletedVideoTable = mysqlTable('deleted_video', {
  id: id('id').autoincrement().primaryKey(),
  videoId: id('video_id').notNull(),
})

/** Videos whose like counts have still to be published to feed-srv: see like-count-outbox.ts. */
export const likeCountOutboxTable = mysqlTable('like_count_outbox', {
  id: id('id').autoincrement().primaryKey(),
  createTime: time('create_time'),
  /** Separated by commas. */
  videoIds: longText('video_ids').notNull(),
})

/** For messages with a send_id. */
export const idempotencyKeyTable = idempotencyKeys('user_idempotency_key')
export const keyKinds = { message: 1 } as const

/** One row, or none: facts about the whole installation. */
export const installationTable = mysqlTable('installation', {
  id: tinyint('id').primaryKey(),
  /** Ms of the last restore from a backup: see restore-time.ts. */
  restoreTime: time('restore_time'),
})
