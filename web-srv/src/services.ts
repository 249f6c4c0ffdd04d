import { type Connection, connect, type Feed, feedContract, type User, userContract } from '@douyin/proto'

/** The services that routes call: plain objects of async functions. */
export interface Services {
  user: User
  feed: Feed
}

/**
 * Idempotent RPCs, which are safe to retry: the reads, and the toggles whose repetition succeeds by the contract. RPCs
 * that create something are not included, since the lost response may have been a success. RPCs with a password are not
 * included either: each attempt may take seconds, and a retry would add to them.
 */
const repeatable = /^(?:Get|BatchGet|List|Find)|^(?:FavoriteActions?|RelationActions?|MarkRead|NoteVideoDeleted)$/

/** Password hashing has a queue, so these RPCs may take longer than all others. */
const passwordMs = 8000

const deadlineMs = 4000

/** Deadlines of the calls of web-srv, also when the services run in the same process. */
export const callLimits = {
  user: {
    deadlineMs,
    deadlines: {
      createUser: passwordMs,
      changePassword: passwordMs,
      checkPassWord: passwordMs,
      updateUserInfo: passwordMs,
    },
  },
  feed: { deadlineMs },
}

export function reachServices(
  userAddress: string,
  feedAddress: string,
  secret?: string,
): { user: User & Connection; feed: Feed & Connection } {
  return {
    user: connect(userContract, userAddress, { ...callLimits.user, secret, repeatable }),
    feed: connect(feedContract, feedAddress, { ...callLimits.feed, secret, repeatable }),
  }
}
