import { createConnection } from 'mysql2/promise'
import type { PrivateDatabase } from '../dev/database.ts'
import { progress } from '../dev/progress.ts'

export interface Scale {
  users: number
  videos: number
  likes: number
}

const batchSize = 10_000
const followsPerUser = 5
/** Only the first videos have comments. */
const commentedVideos = 1000
const commentsPerVideo = 10
export const password = 'correct horse'
/** The publish time of the first video, ms. Each further video is published a second later. */
export const firstPublishMs = 1.7e12

/** The user and video of like `n`. Different `n` give different pairs. */
export const likeAt = (n: number, { users, videos }: Scale) => ({
  user: (n % users) + 1,
  video: (((n % users) * 7919 + Math.floor(n / users) * 104_729) % videos) + 1,
})

/** Inserts rows in bulk, and sets every count as the services would have. */
export async function fill(database: PrivateDatabase, scale: Scale): Promise<void> {
  const { users, videos, likes } = scale
  const [user, feed] = await Promise.all([open(database.url('bench_user')), open(database.url('bench_feed'))])
  await Promise.all([user.query('set session sql_log_bin = 0'), feed.query('set session sql_log_bin = 0')])
  const hash = await Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })
  const now = Date.now()

  async function insert(db: typeof user, what: string, table: string, count: number, row: (i: number) => string) {
    const reportProgress = progress(what, count)
    for (let from = 0; from < count; from += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, count - from) }, (_, i) => row(from + i))
      await db.query(`insert ignore into ${table} values ${rows.join(',')}`)
      reportProgress(Math.min(count, from + batchSize))
    }
  }

  await insert(user, 'users', 'user (id, name, password_hash, create_time)', users, (i) => {
    return `(${i + 1}, 'user ${i + 1}', '${hash}', ${now})`
  })
  await insert(user, 'follows', 'follow (follower_id, followed_id, create_time)', users * followsPerUser, (i) => {
    const follower = (i % users) + 1
    return `(${follower}, ${((follower + 1 + Math.floor(i / users) * 37) % users) + 1}, ${now - i})`
  })
  await insert(user, 'likes', 'favorite (user_id, video_id, create_time)', likes, (i) => {
    const pair = likeAt(i, scale)
    return `(${pair.user}, ${pair.video}, ${now - (i % 1_000_000)})`
  })
  await insert(feed, 'videos', 'video (id, user_id, play_url, cover_url, title, publish_time)', videos, (i) => {
    const key = Bun.hash(String(i)).toString(16).padStart(16, '0').repeat(4)
    return `(${i + 1}, ${((i * 31) % users) + 1}, '${key}.mp4', '${key}.jpg', 'film ${i}: a walk along the water', ${firstPublishMs + i * 1000})`
  })
  const commented = Math.min(commentedVideos, videos)
  await insert(
    feed,
    'comments',
    'comment (video_id, user_id, text, create_time)',
    commented * commentsPerVideo,
    (i) => {
      return `(${(i % commented) + 1}, ${((i * 17) % users) + 1}, 'comment ${i}: how nice this is', ${now - i})`
    },
  )
  await updateCounts(user, feed)
  await Promise.all([user.query('analyze table user, follow, favorite'), feed.query('analyze table video, comment')])
  await Promise.all([user.end(), feed.end()])
}

type Connection = Awaited<ReturnType<typeof open>>

async function updateCounts(user: Connection, feed: Connection): Promise<void> {
  await user.query(`insert into favorite_total (video_id, count, version)
    select video_id, count(*), 1 from favorite group by video_id`)
  const totals = {
    favorite_count: 'select user_id as id, count(*) as n from favorite group by user_id',
    follow_count: 'select follower_id as id, count(*) as n from follow group by follower_id',
    follower_count: 'select followed_id as id, count(*) as n from follow group by followed_id',
  }
  for (const [column, query] of Object.entries(totals)) {
    await user.query(`update user join (${query}) as t on t.id = user.id set user.${column} = t.n`)
  }
  await feed.query(`update video join bench_user.favorite_total as t on t.video_id = video.id
    set video.favorite_count = t.count, video.favorite_version = t.version`)
  await feed.query(`update video join (select video_id, count(*) as n from comment group by video_id) as t
    on t.video_id = video.id set video.comment_count = t.n`)
  await feed.query(`insert into author (user_id, work_count, total_favorited)
    select user_id, count(*), sum(favorite_count) from video group by user_id`)
}

function open(url: string) {
  const { pathname, searchParams } = new URL(url)
  const socketPath = searchParams.get('socketPath') ?? ''
  return createConnection({ socketPath, user: 'root', database: pathname.slice(1), charset: 'utf8mb4' })
}
