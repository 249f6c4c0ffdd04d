import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'
import { decode, encode, forge, nowS } from './forge.ts'

let api: Api
let owner: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  owner = await api.person()
  video = await api.video(owner)
  success(await api.post('/favorite/action/', { token: owner.token, video_id: video.id, action_type: 1 }))
}, startLimitMs)
afterAll(() => api.close())

const parts = (token: string) => token.split('.') as [string, string, string]

/** Invalid tokens, made from the owner's valid one when the test runs. */
const bad: [string, () => string][] = [
  ['empty', () => ''],
  ['a word', () => 'null'],
  ['another word', () => 'undefined'],
  ['dots', () => '..'],
  ['Bearer and nothing', () => 'Bearer'],
  ['the bare user id', () => String(owner.id)],
  ['100 kB long', () => 'a'.repeat(100_000)],
  ['100 kB long with two dots', () => `${parts(owner.token)[0]}.${'a'.repeat(100_000)}.${parts(owner.token)[2]}`],
  ['cut by one character', () => owner.token.slice(0, -1)],
  ['without its signature', () => `${parts(owner.token).slice(0, 2).join('.')}.`],
  ['of two parts', () => parts(owner.token).slice(0, 2).join('.')],
  ['of four parts', () => `${owner.token}.x`],
  ['with an altered signature', () => owner.token.slice(0, -10) + [...owner.token.slice(-10)].reverse().join('')],
  ['with an altered payload', () => altered({ sub: '1' }, { sub: '2' })],
  ['with a payload of another length', () => altered({}, { admin: true })],
  ['alg none', () => forge(owner.id, { header: { alg: 'none' } }).replace(/[^.]*$/, '')],
  ['alg None, signed', () => forge(owner.id, { header: { alg: 'None' } })],
  ['HS512 with our secret', () => forge(owner.id, { header: { alg: 'HS512' }, digest: 'sha512' })],
  ['HS384 with our secret', () => forge(owner.id, { header: { alg: 'HS384' }, digest: 'sha384' })],
  ['RS256 in name', () => forge(owner.id, { header: { alg: 'RS256' } })],
  ['of an unknown key', () => forge(owner.id, { header: { kid: 'AAAAAAAAAAA' } })],
  ['with a key of its own', () => forge(owner.id, { key: 'another secret, of more than 32 bytes too' })],
  ['with an empty key', () => forge(owner.id, { key: '' })],
  ['expired', () => forge(owner.id, { payload: { exp: nowS() - 1 } })],
  ['without an expiry', () => forge(owner.id, { payload: { exp: undefined } })],
  ['with an expiry that is no number', () => forge(owner.id, { payload: { exp: 'never' } })],
  ['not valid yet', () => forge(owner.id, { payload: { nbf: nowS() + 3600 } })],
  ['of another issuer', () => forge(owner.id, { payload: { iss: 'tiktok' } })],
  ['of no issuer', () => forge(owner.id, { payload: { iss: undefined } })],
  ['for somebody else', () => forge(owner.id, { payload: { aud: 'other-app' } })],
  ['for nobody', () => forge(owner.id, { payload: { aud: undefined } })],
  ['without an owner', () => forge(owner.id, { payload: { sub: undefined } })],
  ['without an id', () => forge(owner.id, { payload: { jti: undefined } })],
  ['of user 0', () => forge(0)],
  ['of user -1', () => forge(-1)],
  ['of user 1.5', () => forge('1.5')],
  ['of user abc', () => forge('abc')],
  ['of a user beyond int32, which would wrap to another', () => forge(4294967296 + owner.id)],
  ['of a user who does not exist', () => forge(1_999_999_999)],
]

function altered(from: object, to: object): string {
  const [header, payload, signature] = parts(owner.token)
  const claims = { ...decode(payload), ...from, ...to }
  return `${header}.${encode(claims)}.${signature}`
}

// A long token does not fit into the query and is sent in a form.
const where = (token: string) =>
  token.length > 8000 ? [{}, { body: new URLSearchParams({ token }) }] : ([{ token }, {}] as const)

describe('a valid token', () => {
  test('can be built by the test, so that each invalid one below differs in one thing only', async () => {
    expect(success(await api.get('/user/', { token: forge(owner.id) })).user.id).toBe(owner.id)
  })

  test('is a JWT of HS256 that expires after 30 days and has no claim but the id and standard ones', () => {
    const [header, payload] = parts(owner.token)
    const claims = decode(payload)
    expect(decode(header).alg).toBe('HS256')
    expect(Number(claims.exp) - Number(claims.iat)).toBe(30 * 24 * 3600)
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sub'])
  })
})

describe.each(bad)('a token that is %s', (_name, make) => {
  test('is rejected by endpoints that require signing in, and changes nothing', async () => {
    const [query, init] = where(make()) as [Record<string, string>, RequestInit]
    const before = await Promise.all(['favorite', 'follow', 'comment', 'video'].map((table) => api.rows(table)))
    const act = { ...query, video_id: video.id, action_type: 1 }
    refused(await api.post('/favorite/action/', { ...act, action_type: 2 }, init))
    refused(await api.post('/comment/action/', { ...act, comment_text: 'as another' }, init))
    refused(await api.post('/relation/action/', { ...query, to_user_id: owner.id, action_type: 1 }, init))
    if (Object.keys(query).length > 0) refused(await api.get('/user/', query))
    const after = await Promise.all(['favorite', 'follow', 'comment', 'video'].map((table) => api.rows(table)))
    expect(after).toEqual(before)
  })

  test('publishes nothing', async () => {
    const data = await clip('tiny.mp4')
    const before = await api.rows('video')
    refused(await api.publish({ data, token: make(), title: 'as another' }))
    if (make().length < 8000) refused(await api.publish({ data, title: 'as another' }, { token: make() }))
    expect(await api.rows('video')).toBe(before)
  })

  test('gets the answers of a guest', async () => {
    const token = make()
    if (token.length > 8000) return expect((await api.get('/feed/')).body.video_list).toHaveLength(1)
    for (const path of ['/publish/list/', '/favorite/list/', '/relation/follow/list/', '/relation/follower/list/'])
      expect(await api.get(path, { user_id: owner.id, token }).then(success)).toEqual(
        success(await api.get(path, { user_id: owner.id })),
      )
    const comments = { video_id: video.id }
    expect(success(await api.get('/comment/list/', { ...comments, token })).comment_list).toEqual([])
    const [seen] = success(await api.get('/feed/', { token })).video_list
    expect([seen?.id, seen?.is_favorite]).toEqual([video.id, false])
  })
})

describe('an Authorization header', () => {
  test('that is truncated, empty or of another scheme is rejected', async () => {
    for (const authorization of [
      'Bearer',
      'Bearer ',
      'Basic dTpw',
      owner.token,
      'Bearer  x',
      'Bearer x y',
      ',',
      'null',
    ])
      refused(await api.get('/user/', {}, { headers: { authorization } }))
  })
})
