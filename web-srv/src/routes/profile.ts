import { Failure } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { guest, userList } from '../compose.ts'
import { idParameter } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { user as userSchema } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'

export const profileRoutes = (services: Services, { page }: PageEndpoints) =>
  new Elysia({ prefix: '/douyin/profile' }).get(
    '/',
    page(
      v.object({ user_id: idParameter('user_id') }),
      ({ user_id }, caller) => ({
        key: `user ${user_id}`,
        subject: `user ${user_id}`,
        make: async () => {
          const [user] = await userList(services, [user_id], guest(caller))
          if (!user) throw new Failure('USER_NOT_FOUND', { id: user_id })
          return { fields: { user } }
        },
      }),
      { summary: 'A user, for guests too', answer: { user: userSchema } },
    ),
  )
