import { cacheMeter } from '@douyin/telemetry'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { type TokenKeys, tokenKeys } from './signing-keys.ts'
import type { TokenRevocations } from './token-revocation.ts'

const issuer = 'douyin'
const audience = 'douyin-app'
const lifetime = '30d'

export interface Session {
  /** A token for this user, good for 30 days or until her epoch is another. */
  issue(userId: number, epoch?: number): Promise<string>
  /** Whose token it is; undefined for one that is forged, expired, ended or none of ours. */
  userOf(token: string): Promise<number | undefined>
  /** The same at once, for a token that was found good before, and is still; undefined where that takes a question. */
  known(token: string): number | undefined
}

/** Verifying costs more than the rest of a page, so tokens found good are kept until they expire. */
const keptTokens = 10_000

interface Owner {
  id: number
  epoch: number
  restoreTime: number
}

const noEpochs = { of: async () => 0, now: () => 0, restoreTime: () => 0 }

/**
 * Tokens are JWTs, HS256 and nothing else. `secret`: at least 32 bytes, as `previous`, whose tokens stay good. `epochs`
 * tell what a token of a user must name; that of a user who never changed hers names none, nor a restore where there was none.
 */
export function sessions(
  secret: string,
  epochs: Pick<TokenRevocations, 'of' | 'now' | 'restoreTime'> = noEpochs,
  previous?: string,
): Session {
  const keys = tokenKeys(secret, previous)
  const good = new LRUCache<string, Owner>({ max: keptTokens })
  const countQuestion = cacheMeter('tokens')
  async function ownerOf(token: string): Promise<Owner | undefined> {
    const known = good.get(token)
    countQuestion(known !== undefined)
    if (known) return known
    const payload = await verify(token, keys).then(
      (verified) => verified.payload,
      () => undefined,
    )
    const id = Number(payload?.sub)
    // An id beyond int32 would be wrapped on its way to the services, and so be somebody else's.
    if (!payload?.exp || !Number.isInteger(id) || id <= 0 || id >= 2 ** 31) return undefined
    const owner = { id, epoch: Number(payload.epoch ?? 0), restoreTime: Number(payload.restored ?? 0) }
    good.set(token, owner, { ttl: payload.exp * 1000 - Date.now() })
    return owner
  }

  // A later epoch than is known here was given out by another process. Restores have no order: each begins another installation.
  const isGood = (owner: Owner, epoch: number) => owner.epoch >= epoch && owner.restoreTime === epochs.restoreTime()

  return {
    async issue(userId, epoch = 0) {
      // For the restore, which is known then.
      await epochs.of(userId)
      const restored = epochs.restoreTime()
      return new SignJWT({ ...(epoch === 0 ? {} : { epoch }), ...(restored === 0 ? {} : { restored }) })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keys.present.name })
        .setSubject(String(userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(keys.present.bytes)
    },

    known(token) {
      const owner = good.get(token)
      const epoch = owner && epochs.now(owner.id)
      return owner && epoch !== undefined && isGood(owner, epoch) ? owner.id : undefined
    },

    async userOf(token) {
      const owner = await ownerOf(token)
      return owner && isGood(owner, await epochs.of(owner.id)) ? owner.id : undefined
    },
  }
}

/** The token says only which of our keys it is held against, and nothing of the way. */
async function verify(token: string, keys: TokenKeys) {
  const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] }
  const { kid } = decodeProtectedHeader(token)
  return Promise.any(keys.namedBy(kid).map(({ bytes }) => jwtVerify(token, bytes, options)))
}
