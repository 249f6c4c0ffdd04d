import { maxIds } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Endpoints } from '../endpoint.ts'
import { id, looseTime, required } from '../fields.ts'
import type { Services } from '../services.ts'
import { messageView } from '../views.ts'

/** Below this a time is in seconds, as some servers told the app. */
const leastMs = 1e11

export const messageRoutes = (services: Services, { signedIn }: Endpoints) =>
  new Elysia({ prefix: '/douyin/message' })
    .post(
      '/action',
      signedIn(
        v.object({
          to_user_id: id('to_user_id'),
          action_type: v.literal('1', 'action_type must be 1'),
          content: required('content'),
        }),
        async ({ to_user_id, content }, { viewerId }) => {
          await services.user.sendMessage({ from_user_id: viewerId, to_user_id, content })
          return {}
        },
        { rule: 'message' },
      ),
    )
    .get(
      '/chat',
      signedIn(
        v.object({ to_user_id: id('to_user_id'), pre_msg_time: looseTime }),
        async ({ to_user_id, pre_msg_time }, { viewerId }) => {
          const { messages } = await services.user.listMessages({
            viewer_id: viewerId,
            other_id: to_user_id,
            after_time: pre_msg_time < leastMs ? pre_msg_time * 1000 : pre_msg_time,
            before_time: 0,
            limit: maxIds,
            // Who polls has drawn her own messages already.
            to_viewer_only: pre_msg_time > 0,
          })
          return { message_list: messages.map(messageView) }
        },
        { empty: { message_list: [] } },
      ),
    )
