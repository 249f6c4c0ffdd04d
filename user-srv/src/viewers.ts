import { type Database, isOneOf } from '@douyin/database'
import { checkIds, type User, type ViewersQuestion } from '@douyin/proto'
import { and, or } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { favoriteTable, followTable } from './schema.ts'

/** What viewers have to do with pages: a membership question, not their whole lists. */
export function viewers(db: Database): Pick<User, 'getViewerFacts' | 'getViewersFacts'> {
  return {
    async getViewerFacts({ viewer_id, video_id, user_id }) {
      const [facts] = await read(db, [{ viewer_id: [viewer_id], video_id, user_id }])
      return facts ?? { liked_video_id: [], followed_user_id: [] }
    },

    async getViewersFacts({ questions }) {
      return { facts: await read(db, questions) }
    },
  }
}

/** Two statements, however many ask. */
async function read(db: Database, questions: ViewersQuestion[]) {
  checkIds(questions.map(() => 0))
  for (const { viewer_id, video_id, user_id } of questions)
    for (const ids of [viewer_id, video_id, user_id]) checkIds(ids)
  const { userId, videoId } = favoriteTable
  const { followerId, followedId } = followTable
  const [liked, followed] = await Promise.all([
    pairs(
      db,
      userId,
      videoId,
      questions.map(({ viewer_id, video_id }) => [viewer_id, video_id]),
    ),
    pairs(
      db,
      followerId,
      followedId,
      questions.map(({ viewer_id, user_id }) => [viewer_id, user_id]),
    ),
  ])
  return questions.flatMap((question) => {
    const [videos, users] = [new Set(question.video_id), new Set(question.user_id)]
    return question.viewer_id.map((viewer) => ({
      liked_video_id: (liked.get(viewer) ?? []).filter((id) => videos.has(id)),
      followed_user_id: (followed.get(viewer) ?? []).filter((id) => users.has(id)),
    }))
  })
}

/** Which of these pairs there are: a viewer of a question with an id of the same one. */
async function pairs(
  db: Database,
  viewer: MySqlColumn,
  subject: MySqlColumn,
  questions: [viewers: number[], subjects: number[]][],
): Promise<Map<number, number[]>> {
  const asked = questions.filter(([viewers, subjects]) => viewers.length > 0 && subjects.length > 0)
  if (asked.length === 0) return new Map()
  const rows = await db
    .select({ viewer, subject })
    // A pair is looked up by its key. Left to itself, MariaDB may read all rows of a viewer from another index.
    .from(viewer.table, { forceIndex: 'PRIMARY' })
    .where(or(...asked.map(([viewers, subjects]) => and(isOneOf(viewer, viewers), isOneOf(subject, subjects)))))
  const found = new Map<number, Set<number>>()
  for (const row of rows) {
    const [id, of] = [Number(row.subject), Number(row.viewer)]
    found.set(of, (found.get(of) ?? new Set()).add(id))
  }
  return new Map([...found].map(([id, subjects]) => [id, [...subjects]]))
}
