import { unavailable } from '@douyin/proto'
import { type ArrivingBodyLimits, arrivingBodies } from '../../http/arriving-bodies.ts'
import type { DiskSpace } from './disk-space.ts'

/** Judges an upload while it arrives. What a method throws ends the upload, and nothing of it is kept. */
export interface UploadGuard {
  /** At the start; `cut` ends the upload later, to make room for another. */
  enter(cut: (reason: unknown) => void): void
  /** Bytes of the form have arrived. */
  arrived(bytes: number): void
  /** Before the first byte of the file is kept; with the fields that came before the file. */
  begin(fields: Record<string, string>): Promise<void>
  /** Before more bytes of the file are kept. */
  take(bytes: number): void
  /** The form is there, or will never be. */
  leave(): void
  /** The bytes are no longer on the disk. */
  discarded(): void
}

/** Uploads on their way of those who have shown who they are, by user, and of those who have not, by address. */
const ofUsers: ArrivingBodyLimits = { most: 256, mostOfKey: 100, graceMs: 2000 }
const ofStrangers: ArrivingBodyLimits = { most: 256, mostOfKey: 100, graceMs: 2000 }
/** After so many bytes the disk is asked again for its free space. */
const askBytes = 4 << 20

export interface GuardedUpload {
  /** Who uploads, and by what key to count; `isKnown` is false until a token was found good. */
  key: string
  isKnown: boolean
  /** Of the whole form; 0 if not told. */
  expectedBytes: number
  /** Throws if the user of this key may upload no more today; with the fields that came before the file. */
  admit(fields: Record<string, string>): Promise<void>
  /** Looks at the fields that came before the file: gives the key of a user, or undefined where they name none. */
  identify(fields: Record<string, string>): Promise<string | undefined>
}

/** Bounds what uploads take while they arrive: how many at a time, and how much disk before it is known whose they are. */
export function uploadGuards(room: DiskSpace, strangerBytes: number) {
  const known = arrivingBodies(ofUsers)
  const strangers = arrivingBodies(ofStrangers)
  let bytesOfStrangers = 0

  return function guard(upload: GuardedUpload): UploadGuard {
    let { key, isKnown } = upload
    let cutBy: (reason: unknown) => void = () => {}
    let sender = { bytes: 0, leave() {} }
    let unasked = 0
    /** What of the bounded disk space this upload holds. */
    let held = 0

    function release(): void {
      bytesOfStrangers -= held
      held = 0
    }

    function enter(): void {
      sender = Object.assign((isKnown ? known : strangers).enter(key, cutBy), { bytes: sender.bytes })
    }

    return {
      enter(cut) {
        cutBy = cut
        enter()
        room.demand(upload.expectedBytes)
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
          held += bytes
          bytesOfStrangers += bytes
          if (bytesOfStrangers > strangerBytes) throw tooManyStrangers()
        }
        unasked += bytes
        if (unasked < askBytes) return
        unasked = 0
        room.demand(0)
      },
      leave: () => sender.leave(),
      discarded: release,
    }
  }
}

export type UploadGuards = ReturnType<typeof uploadGuards>

const tooManyStrangers = () =>
  unavailable('too many uploads are under way whose token has not come yet: send the token before the file')
