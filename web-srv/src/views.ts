// Converts messages of the services to the JSON that clients see. Pure functions, no calls.
import type { AuthorStats, Content, Friend, Message, UserDetailInfo, VideoInfo } from '@douyin/proto'

export type UserView = ReturnType<typeof userView>
export type FriendView = ReturnType<typeof friendView>
export type VideoView = ReturnType<typeof videoView>

/** The parts of a user. A part is missing while its service is unavailable. */
export interface UserFacts {
  id: number
  profile?: UserDetailInfo
  stats?: AuthorStats
  isFollow: boolean
}

export function userView({ id, profile, stats, isFollow }: UserFacts, base: string) {
  return {
    id,
    name: profile?.name ?? '',
    follow_count: profile?.follow_count ?? 0,
    follower_count: profile?.follower_count ?? 0,
    is_follow: isFollow,
    avatar: absolute(profile?.avatar || `avatar/${id}.png`, base),
    background_image: absolute(profile?.background_image || `background/${id}.png`, base),
    signature: profile?.signature ?? '',
    total_favorited: stats?.total_favorited ?? 0,
    work_count: stats?.work_count ?? 0,
    favorite_count: profile?.favorite_count ?? 0,
  }
}

export function videoView(video: VideoInfo, author: UserView, isFavorite: boolean, base: string) {
  return {
    id: video.id,
    author,
    play_url: absolute(video.playUrl, base),
    cover_url: absolute(video.coverUrl, base),
    favorite_count: video.favorite_count,
    comment_count: video.comment_count,
    is_favorite: isFavorite,
    title: video.title,
  }
}

export function commentView({ id, str, create_time }: Content, user: UserView, dayOf: (time: number) => string) {
  return { id, user, content: str, create_date: dayOf(create_time) }
}

/** msgType 0: the caller received the message, 1: the caller sent it. The camp's spelling. */
export function friendView(user: UserView, { last_message, viewer_sent_it }: Friend) {
  const msgType: 0 | 1 = viewer_sent_it ? 1 : 0
  return { ...user, message: last_message, msgType }
}

export function messageView({ id, to_user_id, from_user_id, content, create_time }: Message) {
  return { id, to_user_id, from_user_id, content, create_time }
}

/** Converts a storage key to a URL that the caller can reach. A URL stays unchanged. */
export function absolute(key: string, base: string): string {
  return key === '' || /^https?:\/\//.test(key) ? key : `${base}/static/${key}`
}
