import { cacheMeter } from '@douyin/telemetry'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { type TokenKeys, tokenKeys } from './signing-keys.ts'
import type { TokenRevocations } from './token-revocation.ts'

const issuer = 'douyin'
const audience = 'douyin-app'
const lifetime = '30d'

export interface Session {
  /** Makes a token for this user. It is valid for 30 days or until the user's epoch changes. */
  issue(userId: number, epoch?: number): Promise<string>
  /** The owner of a token; undefined if it is forged, expired, revoked or issued elsewhere. */
  userOf(token: string): Promise<number | undefined>
  /** The owner of a token that is cached and still valid. Synchronous; undefined if a lookup is needed. */
  cachedUserOf(token: string): number | undefined
}

/** Verifying a token costs more than the rest of a page, so valid tokens are cached until they expire. */
const maxCachedTokens = 10_000

interface Owner {
  id: number
  epoch: number
  restoreTime: number
}

const noEpochs = { epochOf: async () => 0, cachedEpochOf: () => 0, restoreTime: () => 0 }

/**
 * Tokens are JWTs with HS256 only. `secret` has at least 32 bytes. So has `previous`, whose tokens stay valid. A token
 * must name the current epoch of its user and the current restore, from `epochs`. A token names no epoch while it is 0,
 * and no restore if there was none.
 */
export function sessions(
  secret: string,
  epochs: Pick<TokenRevocations, 'epochOf' | 'cachedEpochOf' | 'restoreTime'> = noEpochs,
  previous?: string,
): Session {
  const keys = tokenKeys(secret, previous)
  const validTokens = new LRUCache<string, Owner>({ max: maxCachedTokens })
  const countLookup = cacheMeter('tokens')
  async function ownerOf(token: string): Promise<Owner | undefined> {
    const cached = validTokens.get(token)
    countLookup(cached !== undefined)
    if (cached) return cached
    const payload = await verify(token, keys).then(
      (verified) => verified.payload,
      () => undefined,
    )
    const id = Number(payload?.sub)
    // An id beyond int32 would wrap in the RPC and become the id of another user.
    if (!payload?.exp || !Number.isInteger(id) || id <= 0 || id >= 2 ** 31) return undefined
    const owner = { id, epoch: Number(payload.epoch ?? 0), restoreTime: Number(payload.restored ?? 0) }
    validTokens.set(token, owner, { ttl: payload.exp * 1000 - Date.now() })
    return owner
  }

  // A token with a later epoch was issued by another process. Restores have no order, so they must be equal.
  const isCurrent = (owner: Owner, epoch: number) => owner.epoch >= epoch && owner.restoreTime === epochs.restoreTime()

  return {
    async issue(userId, epoch = 0) {
      // Makes sure that the restore time is known.
      await epochs.epochOf(userId)
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

    cachedUserOf(token) {
      const owner = validTokens.get(token)
      const epoch = owner && epochs.cachedEpochOf(owner.id)
      return owner && epoch !== undefined && isCurrent(owner, epoch) ? owner.id : undefined
    },

    async userOf(token) {
      const owner = await ownerOf(token)
      return owner && isCurrent(owner, await epochs.epochOf(owner.id)) ? owner.id : undefined
    },
  }
}

/** The token's header only selects one of the keys. It does not choose the algorithm. */
async function verify(token: string, keys: TokenKeys) {
  const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'sub', 'jti'] }
  const { kid } = decodeProtectedHeader(token)
  return Promise.any(keys.namedBy(kid).map(({ bytes }) => jwtVerify(token, bytes, options)))
}
