import { encodeFailure, Failure, limits, maxIds } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Inbox } from '../chat/inbox.ts'
import { conversationList } from '../compose.ts'
import { nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import {
  action,
  idempotencyKey,
  idParameter,
  looseTime,
  notBlank,
  required,
  timeParameter,
} from '../endpoint/fields.ts'
import { conversation, message, nextPage, unread as unreadSchema } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'
import { messageView } from '../views.ts'

const after = v.pipe(
  looseTime,
  v.description('only what came to the caller later than this; under 1e11 in seconds; what is no time: everything'),
)

/** A smaller time is in seconds, as some servers gave the app. */
const minMs = 1e11

export const messageRoutes = (services: Services, { signedIn }: Endpoints, inbox: Inbox) =>
  new Elysia({ prefix: '/douyin/message' })
    .post(
      '/action',
      signedIn(
        v.object({
          to_user_id: idParameter('to_user_id'),
          action_type: action(1, encodeFailure(new Failure('ACTION_TYPE_NOT_1'))),
          content: required('content', { ...notBlank, maxLength: limits.message_characters, examples: ['hello'] }),
          send_id: idempotencyKey('send_id', 'a message is sent'),
        }),
        async ({ to_user_id, content, send_id }, { viewerId }) => {
          inbox.push(await services.user.sendMessage({ from_user_id: viewerId, to_user_id, content, send_id }))
          return {}
        },
        { summary: 'Send a message', answer: {}, rule: 'message' },
      ),
    )
    .get(
      '/chat',
      signedIn(
        v.object({ to_user_id: idParameter('to_user_id'), pre_msg_time: after, ...pageFields }),
        async ({ to_user_id, pre_msg_time, ...paging }, { viewerId }) => {
          const list = `chat-${to_user_id}`
          const limit = pageSize(paging)
          const { messages } = await services.user.listMessages({
            viewer_id: viewerId,
            other_id: to_user_id,
            after_time: pre_msg_time < minMs ? pre_msg_time * 1000 : pre_msg_time,
            before_time: readCursor(list, paging)?.time ?? 0,
            limit,
            // A client that polls already shows the messages that it sent.
            to_viewer_only: pre_msg_time > 0,
          })
          // Pages go back in time: the next page is older than the first message of this one.
          const isFull = messages.length === limit && pre_msg_time === 0
          const next = nextCursor(list, paging, isFull ? { time: messages[0]?.create_time } : undefined)
          return { message_list: messages.map(messageView), ...next }
        },
        {
          summary: 'What the caller and a user said to each other, oldest first',
          rule: 'history',
          answer: { message_list: v.array(message), ...nextPage },
          empty: { message_list: [] },
        },
      ),
    )
    .post(
      '/read',
      signedIn(
        v.object({ to_user_id: idParameter('to_user_id'), time: timeParameter('time') }),
        async ({ to_user_id, time }, { viewerId }) =>
          services.user.markRead({ viewer_id: viewerId, other_id: to_user_id, time }),
        { summary: 'All that came from a user up to then is read', answer: {}, rule: 'message_read' },
      ),
    )
    .get(
      '/unread',
      signedIn(
        v.object({}),
        async (_, { viewerId }) => {
          const { conversations } = await services.user.listConversations({ user_id: viewerId, limit: maxIds })
          const unread = conversations.filter(({ unread_count }) => unread_count > 0)
          return {
            unread_list: unread.map(({ friend, unread_count }) => ({
              user_id: friend?.user_id ?? 0,
              count: unread_count,
            })),
          }
        },
        {
          summary: 'How many messages of whom are unread, latest first',
          rule: 'history',
          answer: { unread_list: v.array(unreadSchema) },
          empty: { unread_list: [] },
        },
      ),
    )
    .get(
      '/conversation/list',
      signedIn(
        v.object(pageFields),
        async (paging, caller) => {
          const list = 'conversations'
          const after = readCursor(list, paging)
          const request = { user_id: caller.viewerId, limit: pageSize(paging), after }
          const { conversations, next } = await services.user.listConversations(request)
          return {
            conversation_list: await conversationList(services, conversations, caller),
            ...nextCursor(list, paging, next),
          }
        },
        {
          summary: 'With whom the caller spoke, latest first',
          rule: 'history',
          answer: { conversation_list: v.array(conversation), ...nextPage },
          empty: { conversation_list: [] },
        },
      ),
    )
