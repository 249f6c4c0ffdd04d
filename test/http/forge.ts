import { createHmac } from 'node:crypto'
// The real secret, so that a forged token can only be detected by its content.
import { tokenSecret as secret } from '../stack.ts'

interface Forgery {
  header?: Record<string, unknown>
  payload?: Record<string, unknown>
  digest?: 'sha256' | 'sha384' | 'sha512'
  key?: string
}

export const nowS = () => Math.floor(Date.now() / 1000)

/** A token as web-srv issues it for this user, with these changes. A claim that is undefined is left out. */
export function forge(userId: number | string, { header, payload, digest = 'sha256', key = secret }: Forgery = {}) {
  const claims = {
    sub: String(userId),
    iss: 'douyin',
    aud: 'douyin-app',
    jti: crypto.randomUUID(),
    iat: nowS(),
    exp: nowS() + 3600,
    ...payload,
  }
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`
  return `${signed}.${createHmac(digest, key).update(signed).digest('base64url')}`
}

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
export const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
