import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, refused, success, typesOf, userTypes } from './answers.ts'
import { type Api, type Person, paintedCovers, password, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api.close())

const register = (username: string, secret = password) => api.post('/user/register/', { username, password: secret })
const login = (username: string, secret = password) => api.post('/user/login/', { username, password: secret })

describe('registering', () => {
  test('returns an id and a token that is valid at once', async () => {
    const { user_id, token } = success(await register('first'))
    expect([Number.isInteger(user_id) && user_id > 0, token.length > 20]).toEqual([true, true])
    expect(success(await api.get('/user/', { token })).user).toMatchObject({ id: user_id, name: 'first' })
  })

  test('accepts names of 1 to 32 characters, however many bytes they are', async () => {
    for (const name of ['a', '抖'.repeat(32), '🎬'.repeat(32), 'x'.repeat(32)]) {
      const { token } = success(await register(name))
      expect(success(await api.get('/user/', { token })).user.name).toBe(name)
      success(await login(name))
    }
  })

  test('rejects a name that is blank, missing or longer than 32 characters, and stores nothing', async () => {
    const before = await api.rows('user')
    for (const name of ['', ' ', '\t\n', '\u3000', 'x'.repeat(33), '抖'.repeat(33), '🎬'.repeat(33), 'nul\0name'])
      expect(refused(await register(name))).toMatchObject({ user_id: 0, token: '' })
    refused(await api.post('/user/register/', { password }))
    expect(await api.rows('user')).toBe(before)
  })

  test('accepts passwords of 6 to 32 characters, however many bytes they are', async () => {
    for (const [index, given] of ['123456', 'p'.repeat(32), '密'.repeat(32), '🔑'.repeat(32)].entries()) {
      success(await register(`holder ${index}`, given))
      success(await login(`holder ${index}`, given))
    }
  })

  test('rejects a password that is missing, too short or too long, and stores nothing', async () => {
    const before = await api.rows('user')
    for (const given of ['', '12345', '密'.repeat(5), 'p'.repeat(33), '🔑'.repeat(33), 'p'.repeat(5000)])
      expect(refused(await register('nobody', given))).toMatchObject({ user_id: 0, token: '' })
    refused(await api.post('/user/register/', { username: 'nobody' }))
    expect(await api.rows('user')).toBe(before)
  })

  test('with a taken name fails with HTTP 200, user_id 0 and token ""', async () => {
    success(await register('taken'))
    const answer = await register('taken', 'another password')
    const { status_code: _, status_msg: __, ...rest } = refused(answer)
    expect(rest).toEqual({ user_id: 0, token: '' } as typeof rest)
    refused(await login('taken', 'another password'))
  })

  test('treats names that differ in an accent or a letter as different, and so does signing in', async () => {
    const names = ['Anna', 'ánna', 'anne', 'an na']
    const ids: number[] = []
    for (const name of names) ids.push(success(await register(name, `password of ${name}`)).user_id)
    expect(new Set(ids).size).toBe(names.length)
    for (const [index, name] of names.entries())
      expect(success(await login(name, `password of ${name}`)).user_id).toBe(ids[index]!)
    refused(await login('Anna', 'password of anne'))
  })

  test('stores a name of HTML, SQL or emoji unchanged', async () => {
    for (const name of ['<b>bold</b>', "Robert'); drop table user;--", '"\\', '👩‍👩‍👧‍👦']) {
      const { token } = success(await register(name))
      expect(success(await api.get('/user/', { token })).user.name).toBe(name)
    }
  })
})

describe('signing in', () => {
  test('returns the same id and a new token, and earlier tokens stay valid', async () => {
    const person = await api.person()
    const first = success(await login(person.name))
    const second = success(await login(person.name))
    expect([first.user_id, second.user_id]).toEqual([person.id, person.id])
    for (const { token } of [person, first, second]) success(await api.get('/user/', { token }))
  })

  test('fails with the same answer for an unknown name and a wrong password', async () => {
    const { name } = await api.person()
    const wrong = refused(await login(name, 'not the password'))
    expect(wrong).toMatchObject({ user_id: 0, token: '' })
    expect(refused(await login('who is that'))).toEqual(wrong)
  })

  test('compares every character of the password, also those beyond 72 bytes', async () => {
    const prefix = '🔑'.repeat(31)
    success(await register('long key', `${prefix}a`))
    refused(await login('long key', `${prefix}b`))
    refused(await login('long key', prefix))
    success(await login('long key', `${prefix}a`))
  })

  test('fails if the name or the password is missing, empty or longer than allowed', async () => {
    const { name } = await api.person()
    for (const given of ['', 'x'.repeat(33), 'x'.repeat(9000)]) refused(await login(name, given))
    for (const given of ['', ' ', 'x'.repeat(9000)]) refused(await login(given))
    for (const parameters of [{}, { username: name }, { password }])
      expect(refused(await api.post('/user/login/', parameters))).toMatchObject({ user_id: 0, token: '' })
  })

  test('still works after the first upload', async () => {
    const person = await api.person()
    await api.video(person)
    expect(success(await login(person.name)).user_id).toBe(person.id)
  })
})

describe('a user', () => {
  test('has all eleven keys, and zero values of their types when new', async () => {
    const { id, name, token } = await api.person()
    const { user } = success(await api.get('/user/', { user_id: id, token }))
    expect(typesOf(user)).toEqual(userTypes)
    const counts = { follow_count: 0, follower_count: 0, total_favorited: 0, work_count: 0, favorite_count: 0 }
    expect(user).toMatchObject({ id, name, ...counts, is_follow: false, signature: '' })
  })

  test('is the owner of the token if user_id is missing', async () => {
    const { id, token } = await api.person()
    expect(success(await api.get('/user/', { token })).user.id).toBe(id)
  })

  test('is the requested one, not the caller', async () => {
    const [viewer, other] = await api.people(2)
    const { user } = success(await api.get('/user/', { user_id: other!.id, token: viewer!.token }))
    expect([user.id, user.name]).toEqual([other!.id, other!.name])
  })

  test('that does not exist is a failure', async () => {
    const { token } = await api.person()
    expect(refused(await api.get('/user/', { user_id: 2_000_000_000, token })).user).toBeUndefined()
  })

  test('has pictures that can be fetched', async () => {
    const user = await api.profile(await api.person())
    for (const url of [user.avatar, user.background_image]) {
      const answer = await fetch(url)
      expect([answer.status, answer.headers.get('content-type')?.split('/')[0]]).toEqual([200, 'image'])
    }
  })

  test('shows the number of published videos, given likes and received likes', async () => {
    const [author, fan] = await api.people(2)
    const video = await api.video(author!)
    await api.video(author!)
    for (const { token } of [author!, fan!])
      success(await api.post('/favorite/action/', { token, video_id: video.id, action_type: 1 }))
    const counts = async (whom: Person) => {
      const { work_count, favorite_count, total_favorited } = await api.profile(whom, fan)
      return { work_count, favorite_count, total_favorited }
    }
    await eventually(() => counts(author!), { work_count: 2, favorite_count: 1, total_favorited: 2 })
    await eventually(() => counts(fan!), { work_count: 0, favorite_count: 1, total_favorited: 0 })
  })
})
