import { jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'

const issuer = 'douyin'
const audience = 'douyin-app'
const lifetime = '30d'

export interface Session {
  /** A token for this user, good for 30 days. */
  issue(userId: number): Promise<string>
  /** Whose token it is; undefined for one that is forged, expired or none of ours. */
  userOf(token: string): Promise<number | undefined>
}

/** Verifying costs more than the rest of a page, so tokens found good are kept until they expire. */
const keptTokens = 10_000

/** Tokens are JWTs, HS256 and nothing else. `secret`: at least 32 bytes. */
export function sessions(secret: string): Session {
  const key = new TextEncoder().encode(secret)
  const good = new LRUCache<string, number>({ max: keptTokens })
  return {
    issue: (userId) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(String(userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(key),

    async userOf(token) {
      const known = good.get(token)
      if (known) return known
      const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] }
      const payload = await jwtVerify(token, key, options).then(
        (verified) => verified.payload,
        () => undefined,
      )
      const id = Number(payload?.sub)
      // An id beyond int32 would be wrapped on its way to the services, and so be somebody else's.
      if (!payload?.exp || !Number.isInteger(id) || id <= 0 || id >= 2 ** 31) return undefined
      good.set(token, id, { ttl: payload.exp * 1000 - Date.now() })
      return id
    },
  }
}
