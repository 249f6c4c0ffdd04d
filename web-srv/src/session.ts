import { jwtVerify, SignJWT } from 'jose'

const issuer = 'douyin'
const audience = 'douyin-app'
const lifetime = '30d'

export interface Session {
  /** A token for this user, good for 30 days. */
  issue(userId: number): Promise<string>
  /** Whose token it is; undefined for one that is forged, expired or none of ours. */
  userOf(token: string): Promise<number | undefined>
}

/** Tokens are JWTs, HS256 and nothing else. `secret`: at least 32 bytes. */
export function sessions(secret: string): Session {
  const key = new TextEncoder().encode(secret)
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
      const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] }
      const payload = await jwtVerify(token, key, options).then(
        (verified) => verified.payload,
        () => undefined,
      )
      const id = Number(payload?.sub)
      // An id beyond int32 would be wrapped on its way to the services, and so be somebody else's.
      return Number.isInteger(id) && id > 0 && id < 2 ** 31 ? id : undefined
    },
  }
}
