import { Elysia } from 'elysia'
import * as v from 'valibot'
import { friendList, guest, userList } from '../compose.ts'
import { nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { actionType, id } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { friend, nextPage, user } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'
import type { UserView } from '../views.ts'

const ofUser = v.object({ user_id: id('user_id'), ...pageFields })
const users = { answer: { user_list: v.array(user), ...nextPage }, empty: { user_list: [] } }

export const relationRoutes = (services: Services, { page, signedIn }: Endpoints & PageEndpoints) =>
  new Elysia({ prefix: '/douyin/relation' })
    .post(
      '/action',
      signedIn(
        v.object({ to_user_id: id('to_user_id'), action_type: actionType }),
        async ({ to_user_id, action_type }, { viewerId }) =>
          services.user.relationAction({ userId: viewerId, toUserId: to_user_id, actionType: action_type }),
        {
          summary: 'Follow a user (1) or no longer (2)',
          notes: 'Following twice counts once.',
          answer: {},
          rule: 'relation',
        },
      ),
    )
    .get(
      '/follow/list',
      page(
        ofUser,
        ({ user_id, ...wanted }, caller) => ({
          key: `follows ${user_id} ${JSON.stringify(wanted)}`,
          make: async () => {
            const list = `follows-${user_id}`
            const after = readCursor(list, wanted)
            const found = await services.user.listFollows({ user_id, limit: pageSize(wanted), after })
            return shown(await userList(services, found.id, guest(caller)), nextCursor(list, wanted, found.next))
          },
        }),
        { ...users, summary: 'Whom a user follows, newest first' },
      ),
    )
    .get(
      '/follower/list',
      page(
        ofUser,
        ({ user_id, ...wanted }, caller) => ({
          key: `followers ${user_id} ${JSON.stringify(wanted)}`,
          make: async () => {
            const list = `followers-${user_id}`
            const after = readCursor(list, wanted)
            const found = await services.user.listFollowers({ user_id, limit: pageSize(wanted), after })
            return shown(await userList(services, found.id, guest(caller)), nextCursor(list, wanted, found.next))
          },
        }),
        { ...users, summary: 'Who follows a user, newest first' },
      ),
    )
    .get(
      '/friend/list',
      signedIn(
        ofUser,
        async ({ user_id, ...wanted }, caller) => {
          const list = `friends-${user_id}`
          const asked = {
            user_id,
            viewer_id: caller.viewerId,
            limit: pageSize(wanted),
            after: readCursor(list, wanted),
          }
          const { friends, next } = await services.user.listFriends(asked)
          return { user_list: await friendList(services, friends, caller), ...nextCursor(list, wanted, next) }
        },
        {
          summary: 'Those who follow each other, with their last message',
          answer: { user_list: v.array(friend), ...nextPage },
          empty: { user_list: [] },
        },
      ),
    )

const shown = (users: UserView[], next: ReturnType<typeof nextCursor>) => ({ fields: { user_list: users, ...next } })
