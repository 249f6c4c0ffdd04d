import { localDisk } from '../web-srv/src/media/store/storage.ts'
import type { Ledger } from './crash-ledger.ts'
import type { FreshDatabase } from './mysql.ts'
import type { Stack } from './stack.ts'

export interface Finding {
  what: string
  checked: number
  wrong: unknown[]
}

/** Both databases are on one server, so one statement can read both. */
const rowsOf = {
  likesOfVideo: '(select count(*) from `user`.favorite where video_id = v.id)',
  likesReceived:
    '(select count(*) from `user`.favorite f join `feed`.video v on v.id = f.video_id where v.user_id = a.user_id)',
}

/** A stored count, and the query that counts its rows. */
const counts: [what: string, table: string, count: string, rows: string][] = [
  ['video.favorite_count', '`feed`.video v', 'v.favorite_count', rowsOf.likesOfVideo],
  ['video.comment_count', '`feed`.video v', 'v.comment_count', '(select count(*) from comment where video_id = v.id)'],
  ['author.work_count', '`feed`.author a', 'a.work_count', '(select count(*) from video where user_id = a.user_id)'],
  ['author.total_favorited', '`feed`.author a', 'a.total_favorited', rowsOf.likesReceived],
  [
    'user.follow_count',
    '`user`.user u',
    'u.follow_count',
    '(select count(*) from `user`.follow where follower_id = u.id)',
  ],
  [
    'user.follower_count',
    '`user`.user u',
    'u.follower_count',
    '(select count(*) from `user`.follow where followed_id = u.id)',
  ],
  [
    'user.favorite_count',
    '`user`.user u',
    'u.favorite_count',
    '(select count(*) from `user`.favorite where user_id = u.id)',
  ],
]

/** Compares the ledger with the tables and the media folder. */
export async function findings(stack: Stack, ledger: Ledger): Promise<Finding[]> {
  const { userDatabase: user, feedDatabase: feed } = stack
  const result: Finding[] = []
  const addFinding = (what: string, checked: number, wrong: unknown[]) => result.push({ what, checked, wrong })
  const mismatches = (pairs: [unknown, unknown][]) =>
    pairs.filter(([expected, actual]) => expected !== 'unknown' && expected !== actual)

  const likes = await keys(user, 'select concat(user_id, ":", video_id) as k from favorite')
  addFinding('likes', ledger.likes.size, mismatches([...ledger.likes].map(([key, known]) => [known, likes.has(key)])))
  const follows = await keys(user, 'select concat(follower_id, ":", followed_id) as k from follow')
  addFinding(
    'follows',
    ledger.follows.size,
    mismatches([...ledger.follows].map(([key, known]) => [known, follows.has(key)])),
  )
  const comments = await keys(feed, 'select concat(id, " ", text) as k from comment')
  const written = [...ledger.comments].map(([id, { text, known }]): [unknown, unknown] => [
    known,
    comments.has(`${id} ${text}`),
  ])
  addFinding('comments', written.length, mismatches(written))
  const people = await keys(user, 'select concat(id, " ", name) as k from user')
  const absent = [...ledger.registered].filter(([name, id]) => !people.has(`${id} ${name}`))
  addFinding('registered people', ledger.registered.size, absent)
  const titles = (await feed.query('select title from video')).map(({ title }) => String(title))
  const timesListed = (title: string) => titles.filter((one) => one === title).length
  const published = [...ledger.published]
  addFinding(
    'published videos, each once',
    published.length,
    published.filter((title) => timesListed(title) !== 1),
  )

  for (const [what, table, count, rows] of counts) {
    const all = await feed.query(`select ${count} as actual, ${rows} as expected from ${table}`)
    addFinding(
      `${what} = rows`,
      all.length,
      all.filter(({ actual, expected }) => actual !== expected),
    )
  }
  addFinding('rows left in the outbox', 0, await user.query('select * from like_count_outbox'))

  const media = await localDisk(stack.mediaDir)
  const rows = await feed.query('select play_url, cover_url from video')
  const files = rows.flatMap(({ play_url, cover_url }) => [String(play_url), String(cover_url)])
  const found = await Promise.all(files.map((key) => media.read(key)))
  addFinding(
    'files of published rows',
    files.length,
    files.filter((_, i) => !found[i]?.bytes),
  )
  return result
}

async function keys(database: FreshDatabase, sql: string): Promise<Set<string>> {
  return new Set((await database.query(sql)).map(({ k }) => String(k)))
}
