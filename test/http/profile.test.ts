import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refused, success, typesOf, userTypes } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
let anna: Person
let bob: Person
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[anna, bob] = (await api.people(2)) as [Person, Person]
}, startLimitMs)
afterAll(() => api.close())

const seen = async (parameters: Record<string, string | number>) => success(await api.get('/profile/', parameters)).user

test('a guest can read the profile of a user who never published', async () => {
  const user = await seen({ user_id: anna.id })
  expect(typesOf(user)).toEqual(userTypes)
  expect(user).toEqual(await api.profile(anna))
})

test('a profile shows whether the caller follows the user, and a bad token counts as a guest', async () => {
  success(await api.post('/relation/action/', { token: bob.token, to_user_id: anna.id, action_type: 1 }))
  expect(await seen({ user_id: anna.id, token: bob.token })).toMatchObject({ is_follow: true, follower_count: 1 })
  for (const token of ['', 'bad']) expect((await seen({ user_id: anna.id, token })).is_follow).toBe(false)
})

test('a missing, invalid or unknown user_id is rejected', async () => {
  for (const user_id of [1_999_999_999, 0, 'anna', '']) refused(await api.get('/profile/', { user_id }))
  refused(await api.get('/profile/'))
  refused(await api.get('/profile/', { token: anna.token }))
})
