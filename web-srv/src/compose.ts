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

/** The videos of a page as guests see them: one call, whatever their number. */
export async function videoList({ user }: Services, page: VideoInfoList, base: string) {
  const authorIds = unique(page.videoInfos.map((video) => video.userId))
  const videoIds = page.videoInfos.map((video) => video.id)
  const { profiles, like_counts, missing } = await pageFactsIfThere(user, authorIds, videoIds)
  const authors = userViews(authorIds, { profiles, stats: page.authors, followed: none }, base)
  const likes = new Map(like_counts.map(({ video_id, count }) => [video_id, count]))
  const view = (video: VideoInfo) => {
    // feed-srv's copy is up to a second old, and stands in while user-srv is away.
    const favorite_count = likes.get(video.id) ?? video.favorite_count
    return videoView({ ...video, favorite_count }, authors.get(video.userId) as UserView, false, base)
  }
  return { videos: page.videoInfos.map(view), missing }
}

/** Nobody in particular, whom a page is made for. */
export const guest = ({ base }: Caller): Caller => ({ viewerId: 0, base, address: '' })

/** These users as the caller sees them, in the order given; one who is not there is left out. */
export async function userList({ user, feed }: Services, ids: number[], caller: Caller): Promise<UserView[]> {
  const asked = unique(ids)
  if (asked.length === 0) return []
  const [profiles, { authors }, followed] = await Promise.all([
    readProfiles(user, asked),
    feed.batchGetAuthorStats({ user_id: asked }),
    followedBy(user, caller, asked),
  ])
  const known = profiles.map((profile) => profile.id)
  const views = userViews(known, { profiles, stats: authors, followed }, caller.base)
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
  followed: ReadonlySet<number>
}

function userViews(ids: number[], { profiles, stats, followed }: Known, base: string): Map<number, UserView> {
  const profileOf = new Map(profiles.map((profile) => [profile.id, profile]))
  const statsOf = new Map(stats.map((one) => [one.user_id, one]))
  const view = (id: number) =>
    userView({ id, profile: profileOf.get(id), stats: statsOf.get(id), isFollow: followed.has(id) }, base)
  return new Map(ids.map((id) => [id, view(id)]))
}

export async function readProfiles(user: Services['user'], ids: number[]): Promise<UserDetailInfo[]> {
  if (ids.length === 0) return []
  return (await user.batchGetUserDetail({ user_id: ids, profile_only: true })).userDetailInfoList
}

/** A guest's page needs no user-srv: names may be missing. To the signed in it would say what is not so. */
async function pageFactsIfThere(user: Services['user'], user_id: number[], video_id: number[]) {
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
