import { limits, notFound } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { guest, readProfiles, userList } from '../compose.ts'
import { isPaged, nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { action, id, idempotencyKey, notBlank, required } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { listedComment, nextPage } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'
import { calendar, commentView, userView } from '../views.ts'

const addOrDelete = v.variant(
  'action_type',
  [
    v.object({
      action_type: action(1),
      video_id: id('video_id'),
      comment_text: required('comment_text', {
        ...notBlank,
        maxLength: limits.comment_characters,
        examples: ['nice'],
        description: 'with action_type 1, else not looked at',
      }),
      send_id: idempotencyKey('send_id', 'a comment is added'),
    }),
    v.object({
      action_type: action(2),
      video_id: id('video_id'),
      comment_id: v.pipe(id('comment_id'), v.description('with action_type 2, else not looked at: -1 will do')),
    }),
  ],
  'action_type must be 1 or 2',
)

export const commentRoutes = (services: Services, { page, signedIn }: Endpoints & PageEndpoints, timeZone: string) => {
  const dayOf = calendar(timeZone)

  return new Elysia({ prefix: '/douyin/comment' })
    .post(
      '/action',
      signedIn(
        addOrDelete,
        async (input, caller) => {
          const about = { userId: caller.viewerId, videoId: input.video_id }
          if (input.action_type === 2) {
            const deleted = { ...about, comment_id: input.comment_id, actionType: 2, commentText: '' }
            await services.feed.commentAction(deleted)
            return {}
          }
          // Before the comment is stored: feed-srv cannot tell whether there is such a user.
          const [profile] = await readProfiles(services.user, [caller.viewerId])
          if (!profile) throw notFound('your account is no longer there')
          const { comment_text: commentText, send_id } = input
          const made = await services.feed.addComment({ ...about, comment_id: 0, actionType: 1, commentText, send_id })
          const known = { id: caller.viewerId, profile, stats: made.author ?? undefined, isFollow: false }
          const view = commentView(made, userView(known, caller.base), dayOf)
          // Who sends what the camp does not know hears the moment as well, and not just a day of the server's zone.
          return { comment: send_id === undefined ? view : { ...view, create_time: made.create_time } }
        },
        {
          summary: 'Comment on a video (1) or delete a comment of one’s own (2)',
          notes: 'The answer has the new comment, and none after deleting.',
          answer: { comment: v.optional(listedComment) },
          rule: 'comment',
        },
      ),
    )
    .get(
      '/list',
      page(
        v.object({ video_id: id('video_id'), ...pageFields }),
        ({ video_id, ...wanted }, caller) => ({
          key: `comments ${video_id} ${JSON.stringify(wanted)}`,
          make: async () => {
            const list = `comments-${video_id}`
            const before_id = readCursor(list, wanted)?.id ?? 0
            const asked = { video_id, limit: pageSize(wanted), before_id }
            const { contentList, next_before_id } = await services.feed.listComments(asked)
            const authorIds = contentList.map((comment) => comment.userId)
            const users = await userList(services, authorIds, guest(caller))
            const byId = new Map(users.map((user) => [user.id, user]))
            // A comment whose author is gone is left out.
            const shown = contentList.flatMap((comment) => {
              const user = byId.get(comment.userId)
              if (!user) return []
              const view = commentView(comment, user, dayOf)
              return [isPaged(wanted) ? { ...view, create_time: comment.create_time } : view]
            })
            const next = nextCursor(list, wanted, next_before_id > 0 ? { id: next_before_id } : undefined)
            return { fields: { comment_list: shown, ...next } }
          },
        }),
        {
          summary: 'The comments on a video, newest first',
          answer: { comment_list: v.array(listedComment), ...nextPage },
          empty: { comment_list: [] },
        },
      ),
    )
}
