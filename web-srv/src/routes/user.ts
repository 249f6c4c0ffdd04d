import { notFound, unauthenticated } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { failure, success } from '../answer.ts'
import { userList } from '../compose.ts'
import { callerKey, check, type Endpoints, type Incoming, requireSignedIn } from '../endpoint.ts'
import { id, required } from '../fields.ts'
import { acceptPicture, pictureLimits } from '../media/portrait.ts'
import type { Storage } from '../media/storage.ts'
import { readForm } from '../parameters.ts'
import type { Services } from '../services.ts'

const credentials = v.object({ username: required('username'), password: required('password') })
/** What an update leaves as it is. */
const unchanged = {
  passward: '',
  follow_count: 0,
  follower_count: 0,
  follows: [],
  followers: [],
  Videos: [],
  comments: [],
  FavList: [],
  total_favorited: 0,
  work_count: 0,
  favorite_count: 0,
}
const nobody = { empty: { user_id: 0, token: '' } }

const avatarSide = 512
const backgroundSide = 1280
const maxFormBytes = 2 * pictureLimits.maxBytes + (1 << 20)
const changes = v.object({ name: v.optional(v.string(), ''), signature: v.optional(v.string()) })

export const userRoutes = (services: Services, make: Endpoints, storage: Storage) => {
  const { open, signedIn, session, rateLimit, identify, log } = make

  async function update({ request, server }: Incoming): Promise<Response> {
    try {
      const { fields, files } = await readForm(request, maxFormBytes)
      const caller = await identify(request, server, fields)
      requireSignedIn(caller)
      await rateLimit.count('update', callerKey(caller))
      const { name, signature } = check(changes, fields)
      const picture = async (field: string, side: number) => {
        const file = files.get(field)
        return file ? acceptPicture(await file.bytes(), side, storage) : ''
      }
      await services.user.updateUserInfo({
        ...unchanged,
        id: caller.viewerId,
        name,
        signature: signature ?? '',
        clear_signature: signature === '',
        avatar: await picture('avatar', avatarSide),
        background_image: await picture('background_image', backgroundSide),
      })
      const [user] = await userList(services, [caller.viewerId], caller)
      return success({ user })
    } catch (error) {
      return failure(error, log)
    }
  }

  return new Elysia({ prefix: '/douyin/user' })
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
    .post('/update', update, { parse: 'none' })
}
