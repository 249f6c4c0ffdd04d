import { forbidden, limits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { newPassword, required } from '../endpoint/fields.ts'
import { id } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'

const password = (name: string, example: string, more = {}) =>
  required(name, { maxLength: limits.password_characters, examples: [example], ...more })
const signedInAgain = { answer: { user_id: id, token: v.string() }, empty: { user_id: 0, token: '' } }

/** The endpoints that revoke tokens: changing the password, and signing out everywhere. */
export const passwordRoutes = ({ user }: Services, { signedIn, session, epochs, rateLimit }: Endpoints) =>
  new Elysia({ prefix: '/douyin/user' })
    .post(
      '/password',
      signedIn(
        v.object({
          password: password('password', 'correct horse'),
          new_password: password('new_password', 'battery staple', newPassword),
        }),
        async (input, { viewerId, address }) => {
          const changed = await rateLimit.throttleLogin(`id ${viewerId}`, address, async () => {
            const { success, token_epoch } = await user.changePassword({ ...input, user_id: viewerId })
            return success ? { user_id: viewerId, token_epoch } : undefined
          })
          // Not UNAUTHENTICATED: clients would take the token for invalid and sign the user out.
          if (!changed) throw forbidden('the current password is wrong')
          epochs?.note(changed)
          return { user_id: viewerId, token: await session.issue(viewerId, changed.token_epoch) }
        },
        {
          ...signedInAgain,
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
          epochs?.note(await user.revokeTokens({ user_id: viewerId }))
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
