import { Failure, foldName, limits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { guest, userList } from '../compose.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { idParameter, nameText, newPassword, required } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { id as idSchema, user as userSchema } from '../endpoint/response-schemas.ts'
import type { Storage } from '../media/store/storage.ts'
import { profileUpdate } from '../profile-update.ts'
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
const signedInAs = { answer: { user_id: idSchema, token: v.string() }, empty: { user_id: 0, token: '' } }

/** The key by which failed logins are counted. Failed password changes are counted apart, by id. */
const accountOf = (username: string) => `name ${foldName(username)}`

export const userRoutes = (services: Services, endpoints: Endpoints & PageEndpoints, storage: Storage) => {
  const { anonymous, signedIn, page, session, epochs, rateLimit } = endpoints

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
          if (!user) throw new Failure('WRONG_NAME_OR_PASSWORD')
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
            if (!user) throw new Failure('USER_NOT_FOUND', { id: userId })
            return { fields: { user } }
          }
          return { key: `user ${userId}`, subject: `user ${userId}`, make }
        },
        { summary: 'A user; without an id the caller', answer: { user: userSchema } },
        'required',
      ),
    )
    .post('/update', profileUpdate(services, endpoints, storage), { parse: 'none' })
    .post(
      '/password',
      signedIn(
        v.object({
          password: required('password', passwordOptions),
          new_password: required('new_password', { ...passwordOptions, ...newPassword, examples: ['battery staple'] }),
        }),
        async (input, { viewerId, address }) => {
          const changed = await rateLimit.throttleLogin(`id ${viewerId}`, address, async () => {
            const { success, token_epoch } = await services.user.changePassword({ ...input, user_id: viewerId })
            return success ? { user_id: viewerId, token_epoch } : undefined
          })
          // Not UNAUTHENTICATED: clients would take the token for invalid and sign the user out.
          if (!changed) throw new Failure('WRONG_CURRENT_PASSWORD')
          epochs?.note(changed)
          return { user_id: viewerId, token: await session.issue(viewerId, changed.token_epoch) }
        },
        {
          ...signedInAs,
          summary: 'Change one’s password',
          notes: 'All tokens given out before end within 5 s, the caller’s too: the answer has a new one.',
          rule: 'update',
        },
      ),
    )
    .post(
      '/logout',
      signedIn(
        v.object({}),
        async (_input, { viewerId }) => {
          epochs?.note(await services.user.revokeTokens({ user_id: viewerId }))
          return {}
        },
        {
          summary: 'Sign out everywhere',
          notes: 'All tokens of the caller end within 5 s.',
          answer: {},
          rule: 'update',
        },
      ),
    )
}
