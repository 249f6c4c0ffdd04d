import { type Connection, connect, type Feed, feedContract, type User, userContract } from '@douyin/proto'

/** All that the routes know of the world behind them: plain objects of async functions. */
export interface Services {
  user: User
  feed: Feed
}

/**
 * What changes nothing when it is done twice: the reads, and the switches whose second turn is a success by the contract.
 * Whatever makes something new is not among them, since the answer that was lost may have been a success. Nor is a password: it may take
 * seconds, and those of a second try would come on top.
 */
const repeatable = /^(?:Get|BatchGet|List|Find)|^(?:FavoriteActions?|RelationActions?|MarkRead|NoteVideoDeleted)$/

/** A password waits for its turn to be hashed, so signing in may take longer than anything else. */
const passwordMs = 8000

const deadlineMs = 4000

/** How long a call of web-srv may take, wherever the service is. */
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
