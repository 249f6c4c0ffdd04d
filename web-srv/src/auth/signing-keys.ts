import { createHash } from 'node:crypto'

interface TokenKey {
  /** Identifies the key, as `kid` in the header of a token. */
  name: string
  bytes: Uint8Array
}

export interface TokenKeys {
  present: TokenKey
  /** The keys that may have signed a token with this `kid`. */
  namedBy(kid: unknown): TokenKey[]
}

/** The keys of tokens. The present key signs. The previous key still verifies, until its last token has expired. */
export function tokenKeys(secret: string, previous?: string): TokenKeys {
  const present = keyOf(secret)
  const all = previous === undefined ? [present] : [present, keyOf(previous)]
  return {
    present,
    // Tokens of earlier versions name no key.
    namedBy: (kid) => (kid === undefined ? all : all.filter(({ name }) => name === kid)),
  }
}

/** The name is public. Since secrets are random, it reveals no more about a secret than a signature does. */
function keyOf(secret: string): TokenKey {
  const name = createHash('sha256').update(`name of a douyin token key: ${secret}`).digest().subarray(0, nameBytes)
  return { name: name.toString('base64url'), bytes: new TextEncoder().encode(secret) }
}

const nameBytes = 8
