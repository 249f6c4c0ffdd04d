import { createHash, timingSafeEqual } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'

const key = 'authorization'

/** What a service shows with every call, so that another lets it in. */
export function credential(secret: string | undefined): Metadata {
  const metadata = new Metadata()
  if (secret) metadata.set(key, `Bearer ${secret}`)
  return metadata
}

/** Tells whether a call shows the secret; without a secret everybody may come in. */
export function secretVerifier(secret: string | undefined): (metadata: Metadata) => boolean {
  if (!secret) return () => true
  const wanted = digest(`Bearer ${secret}`)
  // Of digests, since only what is equally long can be compared in a time that tells nothing.
  return (metadata) => timingSafeEqual(digest(String(metadata.get(key)[0] ?? '')), wanted)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
