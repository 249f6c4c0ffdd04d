import { type Connection, connect, type Feed, feedContract, type User, userContract } from '@douyin/proto'

/** All that the routes know of the world behind them: plain objects of async functions. */
export interface Services {
  user: User
  feed: Feed
}

/** A password waits for its turn to be hashed, so signing in may take longer than anything else. */
const passwordMs = 8000

export function reachServices(
  userAddress: string,
  feedAddress: string,
): { user: User & Connection; feed: Feed & Connection } {
  const deadlines = { createUser: passwordMs, checkPassWord: passwordMs, updateUserInfo: passwordMs }
  return {
    user: connect(userContract, userAddress, { deadlineMs: 4000, deadlines }),
    feed: connect(feedContract, feedAddress, { deadlineMs: 4000 }),
  }
}
