import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success } from './answers.ts'
import { type Api, paintedCovers, password, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api.close())

const register = (username: string, secret = password) => api.post('/user/register/', { username, password: secret })
const login = (username: string, secret = password) => api.post('/user/login/', { username, password: secret })
const rename = (token: string, name: string) => api.post('/user/update/', { token, name })
const json = (value: string) => ({ body: value, headers: { 'content-type': 'application/json' } })

describe('a name', () => {
  test('is the same as one that looks alike or differs only in case, width or blanks', async () => {
    success(await register('admin'))
    const before = await api.rows('user')
    const others = [
      'Admin',
      'ADMIN',
      'admin ',
      ' admin',
      '\u3000admin',
      'ａｄｍｉｎ',
      'аdmin',
      'АDМIN',
      '𝐚dmin',
      'adrnin',
      'admın',
    ]
    for (const name of others) expect([name, refused(await register(name)).status_code]).toEqual([name, 2])
    const { token, user_id } = success(await register('somebody'))
    for (const name of others) expect([name, refused(await rename(token, name)).status_code]).toEqual([name, 2])
    expect(success(await rename(token, ' SomeBody ')).user).toMatchObject({ id: user_id, name: 'SomeBody' })
    expect(await api.rows('user')).toBe(before + 1)
  })

  test('must not contain invisible characters, when registering and when renaming', async () => {
    const { token } = success(await register('visible'))
    const before = await api.rows('user')
    const hidden = [
      'admin\u200b',
      '\u202enimda',
      'ad\u00admin',
      '\u3164',
      '\u2800',
      '\u200b',
      'a\u2066b',
      '\ufeff\u200d',
      'a\ufffdb',
    ]
    for (const name of hidden) {
      expect([name, refused(await register(name))]).toMatchObject([name, { status_code: 4, user_id: 0, token: '' }])
      expect([name, refused(await rename(token, name)).status_code]).toEqual([name, 4])
    }
    expect(await api.rows('user')).toBe(before)
  })

  test('with half a surrogate pair in JSON is rejected', async () => {
    const before = await api.rows('user')
    for (const name of ['a\\ud800b', '\\udfff', 'a\\ud83d']) {
      const body = `{"username":"${name}","password":"${password}"}`
      expect(refused(await api.post('/user/register/', {}, json(body))).status_code).toBe(4)
    }
    expect(await api.rows('user')).toBe(before)
    const body = `{"username":"\\ud83c\\udfac half","password":"${password}"}`
    expect(success(await api.post('/user/register/', {}, json(body))).user_id).toBeGreaterThan(0)
  })

  test('is rejected in the language of the caller', async () => {
    const messageFor = async (name: string, language: string) => {
      const headers = { 'accept-language': language }
      return refused(await api.post('/user/register/', { username: name, password }, { headers })).status_msg
    }
    expect(await messageFor('a\u200b', 'zh')).toBe('用户名不能包含不可见字符或控制字符')
    expect(await messageFor('a\u200b', 'en')).toBe('username must not contain invisible or control characters')
    expect(await messageFor('\u0301', 'zh')).toBe('用户名不能以组合符号开头')
  })
})

describe('signing in', () => {
  test('accepts the name in any case and width and with surrounding blanks, but only the exact password', async () => {
    const { user_id } = success(await register('Ｇrace Straße'))
    for (const name of ['Grace Straße', 'grace strasse', 'GRACE STRASSE', ' Grace Straße\n', 'ｇｒａｃｅ strasse'])
      expect([name, success(await login(name)).user_id]).toEqual([name, user_id])
    for (const given of [` ${password}`, password.toUpperCase(), password.replace('A', 'Ａ')])
      refused(await login('Grace Straße', given))
  })

  test('rejects another name that looks alike', async () => {
    success(await register('Paypal'))
    for (const name of ['PaypaI', 'Pаypal', 'paypa1', 'pay\u200bpal', 'pay pal', 'рaypal']) refused(await login(name))
  })
})
