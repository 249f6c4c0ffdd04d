import type { Database } from '@douyin/database'
import type { Feed, User } from '@douyin/proto'
import { accounts } from './accounts.ts'
import { conversations } from './conversations.ts'
import type { DeletedVideos } from './deleted-videos.ts'
import { favorites } from './favorites.ts'
import { friends } from './friends.ts'
import { messages } from './messages.ts'
import { passwords } from './passwords.ts'
import { profiles } from './profiles.ts'
import { relations } from './relations.ts'
import { epochs } from './token-revocation.ts'
import { usedMediaKeys } from './used-media-keys.ts'
import { viewers } from './viewers.ts'

export interface Dependencies {
  db: Database
  feed: Feed
  deleted: DeletedVideos
  passwordMin: number
  /** Passwords that nobody may choose. */
  deniedPasswords?: ReadonlySet<string>
}

/** All RPCs of user.proto: the compiler reports a missing one. */
export function userService({ db, feed, deleted, passwordMin, deniedPasswords }: Dependencies): User {
  const hashing = passwords(passwordMin, deniedPasswords)
  return {
    ...accounts(db, hashing),
    ...epochs(db, hashing),
    ...profiles(db, feed, hashing),
    ...relations(db),
    ...favorites(db, feed, deleted),
    ...viewers(db),
    ...friends(db),
    ...messages(db),
    ...conversations(db),
    ...usedMediaKeys(db),
  }
}
