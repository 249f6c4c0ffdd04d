import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, refused, success, typesOf, userTypes } from './answers.ts'
import { type Api, type Person, paintedCovers, password, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api.close())

const register = (username: string, given = password) => api.post('/user/register/', { username, password: given })
const login = (username: string, given = password) => api.post('/user/login/', { username, password: given })

describe('registering', () => {
  test('gives an id and a token that works at once', async () => {
    const { user_id, token } = success(await register('first'))
    expect([Number.isInteger(user_id) && user_id > 0, token.length > 20]).toEqual([true, true])
    expect(success(await api.get('/user/', { token })).user).toMatchObject({ id: user_id, name: 'first' })
  })

  test('takes names of 1 to 32 characters, however many bytes they are', async () => {
    for (const name of ['a', '抖'.repeat(32), '🎬'.repeat(32), 'x'.repeat(32)]) {
      const { token } = success(await register(name))
      expect(success(await api.get('/user/', { token })).user.name).toBe(name)
      success(await login(name))
    }
  })

  test('refuses a name that is blank, missing or longer than 32 characters, and stores nothing', async () => {
    const before = await api.rows('user')
    for (const name of ['', ' ', '\t\n', '\u3000', 'x'.repeat(33), '抖'.repeat(33), '🎬'.repeat(33), 'nul\0name'])
      expect(refused(await register(name))).toMatchObject({ user_id: 0, token: '' })
    refused(await api.post('/user/register/', { password }))
    expect(await api.rows('user')).toBe(before)
  })

  test('takes passwords of 6 to 32 characters, however many bytes they are', async () => {
    for (const [index, given] of ['123456', 'p'.repeat(32), '密'.repeat(32), '🔑'.repeat(32)].entries()) {
      success(await register(`holder ${index}`, given))
      success(await login(`holder ${index}`, given))
    }
  })

  test('refuses a password that is missing, too short or too long, and stores nothing', async () => {
    const before = await api.rows('user')
    for (const given of ['', '12345', '密'.repeat(5), 'p'.repeat(33), '🔑'.repeat(33), 'p'.repeat(5000)])
      expect(refused(await register('nobody', given))).toMatchObject({ user_id: 0, token: '' })
    refused(await api.post('/user/register/', { username: 'nobody' }))
    expect(await api.rows('user')).toBe(before)
  })

  test('under a taken name fails with HTTP 200, user_id 0 and token ""', async () => {
    success(await register('taken'))
    const answer = await register('taken', 'another password')
    const { status_code: _, status_msg: __, ...rest } = refused(answer)
    expect(rest).toEqual({ user_id: 0, token: '' } as typeof rest)
    refused(await login('taken', 'another password'))
  })

  test('takes names apart that differ in an accent or a letter, and so does signing in', async () => {
    const names = ['Anna', 'ánna', 'anne', 'an na']
    const ids: number[] = []
    for (const name of names) ids.push(success(await register(name, `password of ${name}`)).user_id)
    expect(new Set(ids).size).toBe(names.length)
    for (const [index, name] of names.entries())
      expect(success(await login(name, `password of ${name}`)).user_id).toBe(ids[index]!)
    refused(await login('Anna', 'password of anne'))
  })

  test('keeps a name of HTML, SQL or emoji as it was given', async () => {
    for (const name of ['<b>bold</b>', "Robert'); drop table user;--", '"\\', '👩‍👩‍👧‍👦']) {
      const { token } = success(await register(name))
      expect(success(await api.get('/user/', { token })).user.name).toBe(name)
    }
  })
})

describe('signing in', () => {
  test('gives the same id, and a token beside which the earlier ones stay good', async () => {
    const person = await api.person()
    const first = success(await login(person.name))
    const second = success(await login(person.name))
    expect([first.user_id, second.user_id]).toEqual([person.id, person.id])
    for (const { token } of [person, first, second]) success(await api.get('/user/', { token }))
  })

  test('fails alike for an unknown name and a wrong password', async () => {
    const { name } = await api.person()
    const wrong = refused(await login(name, 'not the password'))
    expect(wrong).toMatchObject({ user_id: 0, token: '' })
    expect(refused(await login('who is that'))).toEqual(wrong)
  })

  test('needs every character of the password, also those beyond 72 bytes', async () => {
    const most = '🔑'.repeat(31)
    success(await register('long key', `${most}a`))
    refused(await login('long key', `${most}b`))
    refused(await login('long key', most))
    success(await login('long key', `${most}a`))
  })

  test('fails without a name or a password, with "" and with more than anybody could have', async () => {
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
  test('has all eleven keys, and zeros of their types when new', async () => {
    const { id, name, token } = await api.person()
    const { user } = success(await api.get('/user/', { user_id: id, token }))
    expect(typesOf(user)).toEqual(userTypes)
    const counts = { follow_count: 0, follower_count: 0, total_favorited: 0, work_count: 0, favorite_count: 0 }
    expect(user).toMatchObject({ id, name, ...counts, is_follow: false, signature: '' })
  })

  test('is the token’s owner if no user_id is given', async () => {
    const { id, token } = await api.person()
    expect(success(await api.get('/user/', { token })).user.id).toBe(id)
  })

  test('is the one asked for, not the one who asks', async () => {
    const [viewer, other] = await api.people(2)
    const { user } = success(await api.get('/user/', { user_id: other!.id, token: viewer!.token }))
    expect([user.id, user.name]).toEqual([other!.id, other!.name])
  })

  test('who is not there is a failure', async () => {
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

  test('shows how many videos she published, likes she gave and likes she received', async () => {
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
