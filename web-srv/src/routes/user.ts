import { notFound, unauthenticated } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { userList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { id, required } from '../fields.ts'
import type { Services } from '../services.ts'

const credentials = v.object({ username: required('username'), password: required('password') })
const nobody = { empty: { user_id: 0, token: '' } }

export const userRoutes = (services: Services, { open, signedIn, session, rateLimit }: Endpoints) =>
  new Elysia({ prefix: '/douyin/user' })
    .post(
      '/register',
      open(
        credentials,
        async (given) => {
          const { user_id } = await services.user.createUser(given)
          return { user_id, token: await session.issue(user_id) }
        },
        { ...nobody, rule: 'register' },
      ),
    )
    .post(
      '/login',
      open(
        credentials,
        async (given) => {
          await rateLimit.check('wrongPassword', given.username)
          const { id, success } = await services.user.checkPassWord(given)
          if (!success) {
            await rateLimit.count('wrongPassword', given.username)
            throw unauthenticated('wrong user name or password')
          }
          return { user_id: id, token: await session.issue(id) }
        },
        { ...nobody, rule: 'login' },
      ),
    )
    .get(
      '/',
      signedIn(v.object({ user_id: v.optional(id('user_id')) }), async ({ user_id }, caller) => {
        // The camp's own test asks without an id: then the token's owner is meant.
        const wanted = user_id ?? caller.viewerId
        const [user] = await userList(services, [wanted], caller)
        if (!user) throw notFound(`no user ${wanted}`)
        return { user }
      }),
    )
