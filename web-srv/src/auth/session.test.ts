import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { decodeProtectedHeader, SignJWT } from 'jose'
import { sessions } from './session.ts'

const secret = 'a secret of at least thirty-two bytes'
const session = sessions(secret)
const day = 86_400
const now = Math.floor(Date.now() / 1000)
const good = { sub: '7', iss: 'douyin', aud: 'douyin-app', jti: 'x', iat: now, exp: now + day }

test('a token identifies its owner for 30 days', async () => {
  const token = await session.issue(7)
  expect(await session.userOf(token)).toBe(7)
  const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  expect(exp - iat).toBe(30 * day)
})

test('the token that the forgeries below are made from is valid', async () => {
  expect(await session.userOf(sign('HS256', good))).toBe(7)
})

test.each([
  ['expired', sign('HS256', { ...good, exp: now - 1 })],
  ['not yet valid', sign('HS256', { ...good, nbf: now + day })],
  ['without an end', sign('HS256', { ...good, exp: undefined })],
  ['without an owner', sign('HS256', { ...good, sub: undefined })],
  ['of a user who is no number', sign('HS256', { ...good, sub: '7 or 1' })],
  ['of a user beyond int32', sign('HS256', { ...good, sub: String(2 ** 32 + 1) })],
  ['of another issuer', sign('HS256', { ...good, iss: 'other' })],
  ['for another audience', sign('HS256', { ...good, aud: 'other' })],
  ['signed with another key', sign('HS256', good, 'another secret of thirty-two bytes')],
  ['signed with HS512 and our key', sign('HS512', good)],
  ['not signed', `${part({ alg: 'none' })}.${part(good)}.`],
  ['with an altered payload', sign('HS256', good).replace(/\.[^.]+\./, `.${part({ ...good, sub: '8' })}.`)],
  ['cut short', sign('HS256', good).slice(0, -5)],
  ['empty', ''],
  ['the word null', 'null'],
  ['of 100 kB', 'a.'.repeat(50_000)],
])('a token %s is rejected', async (_case, token) => {
  expect(await session.userOf(token)).toBeUndefined()
})

test('a cached token is rejected once it has expired', async () => {
  const token = sign('HS256', { ...good, exp: Math.ceil(Date.now() / 1000) + 1 })
  expect(await session.userOf(token)).toBe(7)
  const end = Date.now() + 5000
  while ((await session.userOf(token)) !== undefined && Date.now() < end) await Bun.sleep(50)
  expect(await session.userOf(token)).toBeUndefined()
})

describe('after a change of the secret', () => {
  const next = 'the next secret, of thirty-two bytes too'
  const nameOf = async (key: string) => decodeProtectedHeader(await sessions(key).issue(7)).kid
  const rotated = sessions(next, undefined, secret)

  test('a token signed with the previous secret stays valid until that secret is removed', async () => {
    const before = await session.issue(7)
    expect(await rotated.userOf(before)).toBe(7)
    expect(await sessions(next).userOf(before)).toBeUndefined()
  })

  test('a new token is signed with the current secret and names that key, without revealing the secret', async () => {
    const token = await rotated.issue(7)
    expect(await sessions(next).userOf(token)).toBe(7)
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'HS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^[\w-]{11}$/),
    })
    expect(decodeProtectedHeader(token).kid).toBe(await nameOf(next))
    expect(await nameOf(secret)).not.toBe(await nameOf(next))
  })

  test('a token that names no key, as earlier versions made it, is valid with either secret and no other', async () => {
    const owners = [secret, next, 'another secret of thirty-two bytes'].map((key) =>
      rotated.userOf(sign('HS256', good, key)),
    )
    expect(await Promise.all(owners)).toEqual([7, 7, undefined])
  })

  test('a token is verified with the key that it names, and no other', async () => {
    const [present, before] = [await nameOf(next), await nameOf(secret)]
    expect(await rotated.userOf(sign('HS256', good, next, { kid: present }))).toBe(7)
    expect(await rotated.userOf(sign('HS256', good, secret, { kid: before }))).toBe(7)
    expect(await rotated.userOf(sign('HS256', good, next, { kid: before }))).toBeUndefined()
    expect(await rotated.userOf(sign('HS256', good, secret, { kid: present }))).toBeUndefined()
  })

  test.each([
    ['unknown', 'AAAAAAAAAAA'],
    ['empty', ''],
    ['null', null],
    ['a number', 0],
    ['an object', {}],
    ['a path', '../../dev/null'],
    ['the secret itself', secret],
  ])('a valid signature is rejected if the key name is %s', async (_case, kid) => {
    expect(await rotated.userOf(sign('HS256', good, next, { kid }))).toBeUndefined()
    expect(await rotated.userOf(sign('HS256', good, secret, { kid }))).toBeUndefined()
  })

  test('HS512 and a missing signature are rejected whichever key is named', async () => {
    const kid = await nameOf(next)
    expect(await rotated.userOf(sign('HS512', good, next, { kid }))).toBeUndefined()
    expect(await rotated.userOf(`${part({ alg: 'none', kid })}.${part(good)}.`)).toBeUndefined()
  })
})

test('a token signed with an asymmetric key is rejected, whatever algorithm it names', async () => {
  const { privateKey } = await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  )
  const { kid } = decodeProtectedHeader(await session.issue(7))
  for (const header of [{ alg: 'RS256' }, { alg: 'RS256', kid: kid! }]) {
    const token = await new SignJWT(good).setProtectedHeader(header).sign(privateKey)
    expect(await session.userOf(token)).toBeUndefined()
  }
})

function sign(alg: 'HS256' | 'HS512', payload: object, key = secret, header = {}): string {
  const signed = `${part({ alg, typ: 'JWT', ...header })}.${part(payload)}`
  return `${signed}.${createHmac(alg.replace('HS', 'sha'), key).update(signed).digest('base64url')}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

describe('after a restore', () => {
  let [epoch, restoreTime] = [0, 0]
  const restorable = sessions(secret, {
    epochOf: async () => epoch,
    cachedEpochOf: () => epoch,
    restoreTime: () => restoreTime,
  })
  const answers = async (token: string) => [await restorable.userOf(token), restorable.cachedUserOf(token)]

  test('tokens issued before the restore are rejected, also if cached or made under an earlier restore', async () => {
    const before = await restorable.issue(7)
    expect(await answers(before)).toEqual([7, 7])
    restoreTime = 1_700_000_000_000
    expect(await answers(before)).toEqual([undefined, undefined])
    const after = await restorable.issue(7)
    expect(await answers(after)).toEqual([7, 7])
    restoreTime = 1_600_000_000_000
    expect(await answers(after)).toEqual([undefined, undefined])
  })

  test('a revoked token stays revoked, also if its epoch occurs again', async () => {
    const ended = await restorable.issue(7)
    epoch = 1
    expect(await answers(ended)).toEqual([undefined, undefined])
    ;[epoch, restoreTime] = [0, restoreTime + 1]
    expect(await answers(ended)).toEqual([undefined, undefined])
  })
})
