import { Failure, limits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { calendar } from '../calendar.ts'
import { guest, readProfiles, userList } from '../compose.ts'
import { isPaged, nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { action, idempotencyKey, idParameter, notBlank, notOneOrTwo, required } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { listedComment, nextPage } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'
import { commentView, userView } from '../views.ts'

const addOrDelete = v.variant(
  'action_type',
  [
    v.object({
      action_type: action(1),
      video_id: idParameter('video_id'),
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
      video_id: idParameter('video_id'),
      comment_id: v.pipe(
        idParameter('comment_id'),
        v.description('with action_type 2, else not looked at: -1 will do'),
      ),
    }),
  ],
  notOneOrTwo,
)

export const commentRoutes = (services: Services, { page, signedIn }: Endpoints & PageEndpoints, timeZone: string) => {
  const dayOf = calendar(timeZone)

  return new Elysia({ prefix: '/douyin/comment' })
    .post(
      '/action',
      signedIn(
        addOrDelete,
        async (input, caller) => {
          const ids = { userId: caller.viewerId, videoId: input.video_id }
          if (input.action_type === 2) {
            await services.feed.commentAction({ ...ids, comment_id: input.comment_id, actionType: 2, commentText: '' })
            return {}
          }
          // Checked before the comment is stored, since feed-srv does not know whether the user exists.
          const [profile] = await readProfiles(services.user, [caller.viewerId])
          if (!profile) throw new Failure('ACCOUNT_GONE')
          const { comment_text: commentText, send_id } = input
          const comment = await services.feed.addComment({ ...ids, comment_id: 0, actionType: 1, commentText, send_id })
          const author = { id: caller.viewerId, profile, stats: comment.author ?? undefined, isFollow: false }
          const view = commentView(comment, userView(author, caller.base), dayOf)
          // A client that sends a parameter beyond the camp's API also gets the time, not just a day in our time zone.
          return { comment: send_id === undefined ? view : { ...view, create_time: comment.create_time } }
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
        v.object({ video_id: idParameter('video_id'), ...pageFields }),
        ({ video_id, ...paging }, caller) => ({
          key: `comments ${video_id} ${JSON.stringify(paging)}`,
          subject: `video ${video_id}`,
          make: async () => {
            const list = `comments-${video_id}`
            const before_id = readCursor(list, paging)?.id ?? 0
            const request = { video_id, limit: pageSize(paging), before_id }
            const { contentList, next_before_id } = await services.feed.listComments(request)
            const authorIds = contentList.map((comment) => comment.userId)
            const users = await userList(services, authorIds, guest(caller))
            const byId = new Map(users.map((user) => [user.id, user]))
            // A comment whose author no longer exists is left out.
            const comments = contentList.flatMap((comment) => {
              const user = byId.get(comment.userId)
              if (!user) return []
              const view = commentView(comment, user, dayOf)
              return [isPaged(paging) ? { ...view, create_time: comment.create_time } : view]
            })
            const next = nextCursor(list, paging, next_before_id > 0 ? { id: next_before_id } : undefined)
            return { fields: { comment_list: comments, ...next } }
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
