import {
  type AuthorStats,
  type Conversation,
  Failure,
  type Friend,
  status,
  type UserDetailInfo,
  type VideoInfoList,
} from '@douyin/proto'
import type { Caller } from './endpoint.ts'
import type { Services } from './services.ts'
import { type FriendView, friendView, type UserView, userView, type VideoView, videoView } from './views.ts'

/** The videos of a page as the caller sees them, whatever their number: two calls for a guest's, three for others. */
export async function videoList({ user }: Services, page: VideoInfoList, caller: Caller): Promise<VideoView[]> {
  if (page.videoInfos.length === 0) return []
  const videoIds = page.videoInfos.map((video) => video.id)
  const authorIds = unique(page.videoInfos.map((video) => video.userId))
  const [profiles, facts] = await Promise.all([
    readProfiles(user, authorIds).catch(forGuestsNone(caller)),
    viewerFacts(user, caller, videoIds, authorIds),
  ])
  const authors = userViews(authorIds, { profiles, stats: page.authors, followed: facts.followed }, caller)
  return page.videoInfos.map((video) =>
    videoView(video, authors.get(video.userId) as UserView, facts.liked.has(video.id), caller.base),
  )
}

/** These users as the caller sees them, in the order given; one who is not there is left out. */
export async function userList({ user, feed }: Services, ids: number[], caller: Caller): Promise<UserView[]> {
  const asked = unique(ids)
  if (asked.length === 0) return []
  const [profiles, { authors }, { followed }] = await Promise.all([
    readProfiles(user, asked),
    feed.batchGetAuthorStats({ user_id: asked }),
    viewerFacts(user, caller, [], asked),
  ])
  const known = profiles.map((profile) => profile.id)
  const views = userViews(known, { profiles, stats: authors, followed }, caller)
  return asked.map((id) => views.get(id)).filter((view) => view !== undefined)
}

/** The same with what the caller and each of them last said to each other. */
export async function friendList(services: Services, friends: Friend[], caller: Caller): Promise<FriendView[]> {
  const said = new Map(friends.map((friend) => [friend.user_id, friend]))
  const users = await userList(services, [...said.keys()], caller)
  return users.map((user) => friendView(user, said.get(user.id) as Friend))
}

export async function conversationList(services: Services, conversations: Conversation[], caller: Caller) {
  const others = await friendList(
    services,
    conversations.flatMap(({ friend }) => friend ?? []),
    caller,
  )
  const known = new Map(conversations.map((one) => [one.friend?.user_id, one]))
  return others.map((other) => {
    const { unread_count = 0, last_time = 0 } = known.get(other.id) ?? {}
    return { ...other, unread_count, last_time }
  })
}

interface Known {
  profiles: UserDetailInfo[]
  stats: AuthorStats[]
  followed: Set<number>
}

function userViews(ids: number[], { profiles, stats, followed }: Known, { base }: Caller): Map<number, UserView> {
  const profileOf = new Map(profiles.map((profile) => [profile.id, profile]))
  const statsOf = new Map(stats.map((one) => [one.user_id, one]))
  const view = (id: number) =>
    userView({ id, profile: profileOf.get(id), stats: statsOf.get(id), isFollow: followed.has(id) }, base)
  return new Map(ids.map((id) => [id, view(id)]))
}

async function readProfiles(user: Services['user'], ids: number[]): Promise<UserDetailInfo[]> {
  return (await user.batchGetUserDetail({ user_id: ids, profile_only: true })).userDetailInfoList
}

async function viewerFacts(user: Services['user'], { viewerId }: Caller, videoIds: number[], userIds: number[]) {
  if (viewerId === 0) return { liked: new Set<number>(), followed: new Set<number>() }
  const facts = await user.getViewerFacts({ viewer_id: viewerId, video_id: videoIds, user_id: userIds })
  return { liked: new Set(facts.liked_video_id), followed: new Set(facts.followed_user_id) }
}

/** A guest's page needs no user-srv: names may be missing. To the signed in it would say what is not so. */
function forGuestsNone({ viewerId }: Caller) {
  return (error: unknown): UserDetailInfo[] => {
    if (viewerId === 0 && error instanceof Failure && error.code === status.UNAVAILABLE) return []
    throw error
  }
}

const unique = (ids: number[]) => [...new Set(ids)]
