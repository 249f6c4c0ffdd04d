// Response types of the HTTP API: docs/http-api.md.

export interface User {
  id: number
  name: string
  follow_count: number
  follower_count: number
  is_follow: boolean
  avatar: string
  background_image: string
  signature: string
  total_favorited: number
  work_count: number
  favorite_count: number
}

export interface Video {
  id: number
  author: User
  play_url: string
  cover_url: string
  favorite_count: number
  comment_count: number
  is_favorite: boolean
  title: string
}

export interface Comment {
  id: number
  user: User
  content: string
  create_date: string
  create_time?: number
}

export interface Message {
  id: number
  to_user_id: number
  from_user_id: number
  content: string
  create_time: number
}

export interface Conversation extends User {
  message: string
  /** 0: the viewer received the last message, 1: the viewer sent it. */
  msgType: number
  unread_count: number
  last_time: number
}

export interface Limits {
  video_bytes?: number
  video_seconds?: number
  video_side?: number
  video_fps?: number
  picture_bytes?: number
  picture_side?: number
  title_characters?: number
  username_characters?: number
  password_characters?: number
  password_characters_min?: number
}
