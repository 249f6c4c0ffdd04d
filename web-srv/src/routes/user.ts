import { foldName, limits, notFound, unauthenticated } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { guest, userList } from '../compose.ts'
import { callerKey, check, type Endpoints, type HandlerInput, requireSignedIn } from '../endpoint/endpoint.ts'
import { idParameter, nameText, newPassword, optionalText, required } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { readForm } from '../endpoint/parameters.ts'
import { id as idSchema, user as userSchema } from '../endpoint/response-schemas.ts'
import { type EndpointSpec, withSpec } from '../endpoint/spec.ts'
import { failure, success } from '../http/envelope.ts'
import { acceptImage, imageLimits } from '../media/image/image-upload.ts'
import { replaceImages } from '../media/store/replaced-images.ts'
import type { Storage } from '../media/store/storage.ts'
import type { Services } from '../services.ts'

const passwordOptions = { maxLength: limits.password_characters, examples: ['correct horse'] }
const credentials = v.object({
  username: required('username', { ...nameText, maxLength: limits.username_characters, examples: ['anna'] }),
  password: required('password', passwordOptions),
})
const newCredentials = v.object({
  ...credentials.entries,
  password: required('password', { ...passwordOptions, ...newPassword }),
})
/** Fields of the request that an update leaves as they are. */
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
const signedInAs = { answer: { user_id: idSchema, token: v.string() }, empty: { user_id: 0, token: '' } }

const avatarSide = 512
const backgroundSide = 1280
const changes = v.object({
  name: v.optional(
    optionalText({ pattern: `^$|${nameText.pattern}`, maxLength: limits.username_characters, examples: ['Anna'] }),
    '',
  ),
  signature: v.optional(
    optionalText({ pattern: '^[^\\x00]*$', maxLength: limits.signature_characters, examples: ['I film birds'] }),
  ),
})
const picture = { about: 'a JPEG, PNG or WebP', example: 'me.jpg' }
const updateSpec: EndpointSpec = {
  summary: 'Change one’s profile',
  notes: 'What is not sent stays as it is, an empty name too; an empty signature is none.',
  input: changes,
  files: { avatar: picture, background_image: picture },
  body: { maxBytes: 2 * imageLimits.maxBytes + (1 << 20), seconds: 120 },
  answer: { user: userSchema },
  token: 'required',
  rule: 'update',
}

/** The key by which failed logins are counted. Failed password changes are counted apart, by id. */
const accountOf = (username: string) => `name ${foldName(username)}`

export const userRoutes = (services: Services, endpoints: Endpoints & PageEndpoints, storage: Storage) => {
  const { anonymous, page, session, rateLimit, identify, log } = endpoints

  async function update({ request, server }: HandlerInput): Promise<Response> {
    try {
      const { fields, files } = await readForm(request)
      const caller = await identify(request, server, fields)
      requireSignedIn(caller)
      rateLimit.count('update', callerKey(caller))
      const { name, signature } = check(changes, fields)
      const picture = async (field: string, side: number) => {
        const file = files.get(field)
        // Forms send an empty file if nothing was chosen.
        return file?.size ? acceptImage(await file.bytes(), side, storage) : undefined
      }
      const avatar = await picture('avatar', avatarSide)
      const background = await picture('background_image', backgroundSide)
      const changedUser = {
        ...unchanged,
        id: caller.viewerId,
        name,
        signature: signature ?? '',
        clear_signature: signature === '',
        avatar: avatar?.key ?? '',
        background_image: background?.key ?? '',
      }
      const pictures = [avatar, background].filter((file) => file !== undefined)
      await replaceImages(services, storage, { userId: caller.viewerId, files: pictures }, () =>
        services.user.updateUserInfo(changedUser),
      )
      const [user] = await userList(services, [caller.viewerId], guest(caller))
      return success({ user })
    } catch (error) {
      return failure(error, request, log)
    }
  }

  return new Elysia({ prefix: '/douyin/user' })
    .post(
      '/register',
      anonymous(
        newCredentials,
        async (input, { address }) => {
          const { user_id } = await services.user.createUser(input)
          rateLimit.trustAddress(accountOf(input.username), address)
          return { user_id, token: await session.issue(user_id) }
        },
        {
          ...signedInAs,
          summary: 'Become a user',
          notes: 'The password: at least 6 characters, or more if the operator says so.',
          rule: 'register',
        },
      ),
    )
    .post(
      '/login',
      anonymous(
        credentials,
        async (input, { address }) => {
          const user = await rateLimit.throttleLogin(accountOf(input.username), address, async () => {
            const result = await services.user.checkPassWord(input)
            return result.success ? result : undefined
          })
          if (!user) throw unauthenticated('wrong user name or password')
          return { user_id: user.id, token: await session.issue(user.id, user.token_epoch) }
        },
        { ...signedInAs, summary: 'Sign in; the token lasts 30 days', rule: 'login' },
      ),
    )
    .get(
      '/',
      page(
        v.object({ user_id: v.optional(idParameter('user_id')) }),
        // The camp's own test sends no id and means the owner of the token.
        ({ user_id }, caller) => {
          const userId = user_id ?? caller.viewerId
          const make = async () => {
            const [user] = await userList(services, [userId], guest(caller))
            if (!user) throw notFound(`no user ${userId}`)
            return { fields: { user } }
          }
          return { key: `user ${userId}`, subject: `user ${userId}`, make }
        },
        { summary: 'A user; without an id the caller', answer: { user: userSchema } },
        'required',
      ),
    )
    .post('/update', withSpec(update, updateSpec), { parse: 'none' })
}
