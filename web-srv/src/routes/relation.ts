import { Elysia } from 'elysia'
import * as v from 'valibot'
import { friendList, guest, userList } from '../compose.ts'
import { nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { actionType, idParameter } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { friend, nextPage, user } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'
import type { UserView } from '../views.ts'

const userPage = v.object({ user_id: idParameter('user_id'), ...pageFields })
const users = { answer: { user_list: v.array(user), ...nextPage }, empty: { user_list: [] } }

export const relationRoutes = (services: Services, { page, signedIn }: Endpoints & PageEndpoints) =>
  new Elysia({ prefix: '/douyin/relation' })
    .post(
      '/action',
      signedIn(
        v.object({ to_user_id: idParameter('to_user_id'), action_type: actionType }),
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
        userPage,
        ({ user_id, ...paging }, caller) => ({
          key: `follows ${user_id} ${JSON.stringify(paging)}`,
          subject: `user ${user_id}`,
          make: async () => {
            const list = `follows-${user_id}`
            const after = readCursor(list, paging)
            const page = await services.user.listFollows({ user_id, limit: pageSize(paging), after })
            return userListPage(await userList(services, page.id, guest(caller)), nextCursor(list, paging, page.next))
          },
        }),
        { ...users, summary: 'Whom a user follows, newest first' },
      ),
    )
    .get(
      '/follower/list',
      page(
        userPage,
        ({ user_id, ...paging }, caller) => ({
          key: `followers ${user_id} ${JSON.stringify(paging)}`,
          subject: `user ${user_id}`,
          make: async () => {
            const list = `followers-${user_id}`
            const after = readCursor(list, paging)
            const page = await services.user.listFollowers({ user_id, limit: pageSize(paging), after })
            return userListPage(await userList(services, page.id, guest(caller)), nextCursor(list, paging, page.next))
          },
        }),
        { ...users, summary: 'Who follows a user, newest first' },
      ),
    )
    .get(
      '/friend/list',
      signedIn(
        userPage,
        async ({ user_id, ...paging }, caller) => {
          const list = `friends-${user_id}`
          const request = {
            user_id,
            viewer_id: caller.viewerId,
            limit: pageSize(paging),
            after: readCursor(list, paging),
          }
          const { friends, next } = await services.user.listFriends(request)
          return { user_list: await friendList(services, friends, caller), ...nextCursor(list, paging, next) }
        },
        {
          summary: 'Those who follow each other, with their last message',
          answer: { user_list: v.array(friend), ...nextPage },
          empty: { user_list: [] },
        },
      ),
    )

const userListPage = (users: UserView[], next: ReturnType<typeof nextCursor>) => ({
  fields: { user_list: users, ...next },
})
