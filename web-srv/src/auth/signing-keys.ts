import { createHash } from 'node:crypto'

interface TokenKey {
  /** Tells a key from the others, as `kid` in the header of a token. */
  name: string
  bytes: Uint8Array
}

export interface TokenKeys {
  present: TokenKey
  /** With which a token that names such a key may be signed. */
  namedBy(kid: unknown): TokenKey[]
}

/** The keys of tokens: the present one signs, the one before it still verifies until the last of its tokens has expired. */
export function tokenKeys(secret: string, previous?: string): TokenKeys {
  const present = keyOf(secret)
  const all = previous === undefined ? [present] : [present, keyOf(previous)]
  return {
    present,
    // Earlier versions named none.
    namedBy: (kid) => (kid === undefined ? all : all.filter(({ name }) => name === kid)),
  }
}

/** Everybody sees the name: it tells no more of a secret that has to be chance than a signature does. */
function keyOf(secret: string): TokenKey {
  const name = createHash('sha256').update(`name of a douyin token key: ${secret}`).digest().subarray(0, nameBytes)
  return { name: name.toString('base64url'), bytes: new TextEncoder().encode(secret) }
}

const nameBytes = 8
