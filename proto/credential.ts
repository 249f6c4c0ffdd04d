import { createHash, timingSafeEqual } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'

const key = 'authorization'

/** The metadata that authenticates a service in every call to another one. */
export function credential(secret: string | undefined): Metadata {
  const metadata = new Metadata()
  if (secret) metadata.set(key, `Bearer ${secret}`)
  return metadata
}

/** Returns whether a call carries the secret. Without a secret every call is accepted. */
export function secretVerifier(secret: string | undefined): (metadata: Metadata) => boolean {
  if (!secret) return () => true
  const expected = digest(`Bearer ${secret}`)
  // Digests, because a comparison in constant time needs values of equal length.
  return (metadata) => timingSafeEqual(digest(String(metadata.get(key)[0] ?? '')), expected)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
