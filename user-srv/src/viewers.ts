import { type Database, isOneOf } from '@douyin/database'
import { checkIds, type User, type ViewersQuestion } from '@douyin/proto'
import { and, or } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { favoriteTable, followTable } from './schema.ts'

/** Whether viewers like the videos of a page and follow its users: membership queries instead of whole lists. */
export function viewers(db: Database): Pick<User, 'getViewerFacts' | 'getViewersFacts'> {
  return {
    async getViewerFacts({ viewer_id, video_id, user_id }) {
      const [facts] = await readFacts(db, [{ viewer_id: [viewer_id], video_id, user_id }])
      return facts ?? { liked_video_id: [], followed_user_id: [] }
    },

    async getViewersFacts({ questions }) {
      return { facts: await readFacts(db, questions) }
    },
  }
}

/** Two statements, whatever the number of viewers. */
async function readFacts(db: Database, questions: ViewersQuestion[]) {
  checkIds(questions.map(() => 0))
  for (const { viewer_id, video_id, user_id } of questions)
    for (const ids of [viewer_id, video_id, user_id]) checkIds(ids)
  const { userId, videoId } = favoriteTable
  const { followerId, followedId } = followTable
  const [liked, followed] = await Promise.all([
    existingPairs(
      db,
      userId,
      videoId,
      questions.map(({ viewer_id, video_id }) => [viewer_id, video_id]),
    ),
    existingPairs(
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

/** The subjects of each viewer. A pair is a viewer of a question and a subject of the same question. */
async function existingPairs(
  db: Database,
  viewer: MySqlColumn,
  subject: MySqlColumn,
  questions: [viewers: number[], subjects: number[]][],
): Promise<Map<number, number[]>> {
  const nonEmpty = questions.filter(([viewers, subjects]) => viewers.length > 0 && subjects.length > 0)
  if (nonEmpty.length === 0) return new Map()
  const rows = await db
    .select({ viewer, subject })
    // A pair is looked up by its primary key. Without the hint, MariaDB may read all rows of a viewer from another
    // index.
    .from(viewer.table, { forceIndex: 'PRIMARY' })
    .where(or(...nonEmpty.map(([viewers, subjects]) => and(isOneOf(viewer, viewers), isOneOf(subject, subjects)))))
  const subjectsByViewer = new Map<number, Set<number>>()
  for (const row of rows) {
    const [subjectId, viewerId] = [Number(row.subject), Number(row.viewer)]
    subjectsByViewer.set(viewerId, (subjectsByViewer.get(viewerId) ?? new Set()).add(subjectId))
  }
  return new Map([...subjectsByViewer].map(([viewerId, subjects]) => [viewerId, [...subjects]]))
}
