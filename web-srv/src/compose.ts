import {
  type AuthorStats,
  type Conversation,
  Failure,
  type Friend,
  status,
  type UserDetailInfo,
  type VideoInfo,
  type VideoInfoList,
} from '@douyin/proto'
import type { Caller } from './endpoint/endpoint.ts'
import type { Services } from './services.ts'
import { type FriendView, friendView, type UserView, userView, videoView } from './views.ts'

/** The videos of a page as guests see them. One call to user-srv, however many videos there are. */
export async function videoList({ user }: Services, page: VideoInfoList, base: string) {
  const authorIds = unique(page.videoInfos.map((video) => video.userId))
  const videoIds = page.videoInfos.map((video) => video.id)
  const { profiles, like_counts, missing } = await pageFactsIfAvailable(user, authorIds, videoIds)
  const authors = userViews(authorIds, { profiles, stats: page.authors, followed: none }, base)
  const likes = new Map(like_counts.map(({ video_id, count }) => [video_id, count]))
  const view = (video: VideoInfo) => {
    // feed-srv's copy is up to a second old, and stands in while user-srv is away.
    const favorite_count = likes.get(video.id) ?? video.favorite_count
    return videoView({ ...video, favorite_count }, authors.get(video.userId) as UserView, false, base)
  }
  return { videos: page.videoInfos.map(view), missing }
}

/** The caller for whom a shared page is made: a guest. */
export const guest = ({ base }: Caller): Caller => ({ viewerId: 0, base, address: '' })

/** These users as the caller sees them, in the given order. A user who does not exist is left out. */
export async function userList({ user, feed }: Services, ids: number[], caller: Caller): Promise<UserView[]> {
  const userIds = unique(ids)
  if (userIds.length === 0) return []
  const [profiles, { authors }, followed] = await Promise.all([
    readProfiles(user, userIds),
    feed.batchGetAuthorStats({ user_id: userIds }),
    followedBy(user, caller, userIds),
  ])
  const existingIds = profiles.map((profile) => profile.id)
  const views = userViews(existingIds, { profiles, stats: authors, followed }, caller.base)
  return userIds.map((id) => views.get(id)).filter((view) => view !== undefined)
}

/** The same, with the last message between the caller and each friend. */
export async function friendList(services: Services, friends: Friend[], caller: Caller): Promise<FriendView[]> {
  const byId = new Map(friends.map((friend) => [friend.user_id, friend]))
  const users = await userList(services, [...byId.keys()], caller)
  return users.map((user) => friendView(user, byId.get(user.id) as Friend))
}

export async function conversationList(services: Services, conversations: Conversation[], caller: Caller) {
  const friendViews = await friendList(
    services,
    conversations.flatMap(({ friend }) => friend ?? []),
    caller,
  )
  const byFriend = new Map(conversations.map((conversation) => [conversation.friend?.user_id, conversation]))
  return friendViews.map((view) => {
    const { unread_count = 0, last_time = 0 } = byFriend.get(view.id) ?? {}
    return { ...view, unread_count, last_time }
  })
}

interface UserParts {
  profiles: UserDetailInfo[]
  stats: AuthorStats[]
  followed: ReadonlySet<number>
}

function userViews(ids: number[], { profiles, stats, followed }: UserParts, base: string): Map<number, UserView> {
  const profileOf = new Map(profiles.map((profile) => [profile.id, profile]))
  const statsOf = new Map(stats.map((row) => [row.user_id, row]))
  const view = (id: number) =>
    userView({ id, profile: profileOf.get(id), stats: statsOf.get(id), isFollow: followed.has(id) }, base)
  return new Map(ids.map((id) => [id, view(id)]))
}

export async function readProfiles(user: Services['user'], ids: number[]): Promise<UserDetailInfo[]> {
  if (ids.length === 0) return []
  return (await user.batchGetUserDetail({ user_id: ids, profile_only: true })).userDetailInfoList
}

/**
 * If user-srv is unavailable, a guest still gets the page, without names. A signed-in user gets the failure in
 * `missing`, since the page would show wrong data.
 */
async function pageFactsIfAvailable(user: Services['user'], user_id: number[], video_id: number[]) {
  try {
    if (video_id.length === 0) return noFacts
    return { ...(await user.getPageFacts({ user_id, video_id })), missing: undefined }
  } catch (error) {
    if (error instanceof Failure && error.code === status.UNAVAILABLE) return { ...noFacts, missing: error }
    throw error
  }
}

const noFacts = { profiles: [], like_counts: [], missing: undefined }

async function followedBy(user: Services['user'], { viewerId }: Caller, ids: number[]): Promise<ReadonlySet<number>> {
  if (viewerId === 0) return none
  const facts = await user.getViewerFacts({ viewer_id: viewerId, video_id: [], user_id: ids })
  return new Set(facts.followed_user_id)
}

const none: ReadonlySet<number> = new Set()
const unique = (ids: number[]) => [...new Set(ids)]
