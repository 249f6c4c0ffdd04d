import { Failure } from '@douyin/proto'
import { type ArrivingBodyLimits, arrivingBodies } from '../../http/arriving-bodies.ts'
import type { DiskSpace } from './disk-space.ts'

/** Checks an upload while it arrives. An error that a method throws ends the upload, and nothing of it is stored. */
export interface UploadGuard {
  /** At the start. `cut` ends the upload later, to make room for another. */
  enter(cut: (reason: unknown) => void): void
  /** Bytes of the form have arrived. */
  arrived(bytes: number): void
  /** Before the first byte of the file is stored. `fields` are those that came before the file. */
  begin(fields: Record<string, string>): Promise<void>
  /** Before more bytes of the file are stored. */
  take(bytes: number): void
  /** The form has arrived, or never will. */
  leave(): void
  /** The bytes are no longer on the disk. */
  discarded(): void
}

/** Concurrent uploads with a valid token, counted by user, and without one, counted by address. */
const userLimits: ArrivingBodyLimits = { max: 256, maxPerKey: 100, graceMs: 2000 }
const anonymousLimits: ArrivingBodyLimits = { max: 256, maxPerKey: 100, graceMs: 2000 }
/** The free space of the disk is checked again after this many bytes. */
const spaceCheckBytes = 4 << 20

export interface GuardedUpload {
  /** The key to count the sender by. `isKnown` is false until a valid token has come. */
  key: string
  isKnown: boolean
  /** Size of the whole form; 0 if the client did not announce it. */
  expectedBytes: number
  /** Throws if the user of this key may upload no more today. `fields` are those that came before the file. */
  admit(fields: Record<string, string>): Promise<void>
  /** Checks the token in the fields that came before the file. Returns its user's key; undefined without a token. */
  identify(fields: Record<string, string>): Promise<string | undefined>
}

/** Limits uploads while they arrive: how many are concurrent, and how much disk they use before their user is known. */
export function uploadGuards(disk: DiskSpace, maxAnonymousBytes: number) {
  const userUploads = arrivingBodies(userLimits)
  const anonymousUploads = arrivingBodies(anonymousLimits)
  let anonymousBytes = 0

  return function guard(upload: GuardedUpload): UploadGuard {
    let { key, isKnown } = upload
    let cutBy: (reason: unknown) => void = () => {}
    let sender = { bytes: 0, leave() {} }
    let uncheckedBytes = 0
    /** This upload's part of `anonymousBytes`. */
    let ownAnonymousBytes = 0

    function release(): void {
      anonymousBytes -= ownAnonymousBytes
      ownAnonymousBytes = 0
    }

    function enter(): void {
      sender = Object.assign((isKnown ? userUploads : anonymousUploads).enter(key, cutBy), { bytes: sender.bytes })
    }

    return {
      enter(cut) {
        cutBy = cut
        enter()
        disk.demand(upload.expectedBytes)
      },
      arrived(bytes) {
        sender.bytes += bytes
      },
      async begin(fields) {
        if (isKnown) return upload.admit(fields)
        const user = await upload.identify(fields)
        if (user === undefined) return
        sender.leave()
        isKnown = true
        key = user
        enter()
        await upload.admit(fields)
      },
      take(bytes) {
        if (!isKnown) {
          ownAnonymousBytes += bytes
          anonymousBytes += bytes
          if (anonymousBytes > maxAnonymousBytes) throw new Failure('TOO_MANY_ANONYMOUS_UPLOADS')
        }
        uncheckedBytes += bytes
        if (uncheckedBytes < spaceCheckBytes) return
        uncheckedBytes = 0
        disk.demand(0)
      },
      leave: () => sender.leave(),
      discarded: release,
    }
  }
}

export type UploadGuards = ReturnType<typeof uploadGuards>
