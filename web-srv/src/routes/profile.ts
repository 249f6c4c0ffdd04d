import { notFound } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { user as userSchema } from '../answers.ts'
import { userList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { id } from '../fields.ts'
import type { Services } from '../services.ts'

export const profileRoutes = (services: Services, { open }: Endpoints) =>
  new Elysia({ prefix: '/douyin/profile' }).get(
    '/',
    open(
      v.object({ user_id: id('user_id') }),
      async ({ user_id }, caller) => {
        const [user] = await userList(services, [user_id], caller)
        if (!user) throw notFound(`no user ${user_id}`)
        return { user }
      },
      { summary: 'A user, for guests too', answer: { user: userSchema } },
    ),
  )
