import { type Friend, maxIds } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { userList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { actionType, id } from '../fields.ts'
import type { Services } from '../services.ts'
import { friendView } from '../views.ts'

const ofUser = v.object({ user_id: id('user_id') })
const nobody = { empty: { user_list: [] } }

export const relationRoutes = (services: Services, { open, signedIn }: Endpoints) =>
  new Elysia({ prefix: '/douyin/relation' })
    .post(
      '/action',
      signedIn(
        v.object({ to_user_id: id('to_user_id'), action_type: actionType }),
        async ({ to_user_id, action_type }, { viewerId }) =>
          services.user.relationAction({ userId: viewerId, toUserId: to_user_id, actionType: action_type }),
        { rule: 'relation' },
      ),
    )
    .get(
      '/follow/list',
      open(
        ofUser,
        async ({ user_id }, caller) => {
          const followed = await services.user.listFollows({ user_id, limit: maxIds })
          return { user_list: await userList(services, followed.id, caller) }
        },
        nobody,
      ),
    )
    .get(
      '/follower/list',
      open(
        ofUser,
        async ({ user_id }, caller) => {
          const followers = await services.user.listFollowers({ user_id, limit: maxIds })
          return { user_list: await userList(services, followers.id, caller) }
        },
        nobody,
      ),
    )
    .get(
      '/friend/list',
      signedIn(
        ofUser,
        async ({ user_id }, caller) => {
          const { friends } = await services.user.listFriends({ user_id, viewer_id: caller.viewerId, limit: maxIds })
          const users = await userList(
            services,
            friends.map((friend) => friend.user_id),
            caller,
          )
          const said = new Map(friends.map((friend) => [friend.user_id, friend]))
          return { user_list: users.map((user) => friendView(user, said.get(user.id) as Friend)) }
        },
        nobody,
      ),
    )
