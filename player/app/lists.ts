import { ApiError, type Fields, get } from './api.ts'
import type { ItemPage } from './pager.ts'
import type { Comment, User, Video } from './types.ts'

interface VideoPage {
  video_list: Video[]
  next_time?: number
  next_cursor?: string
}

/** One page of a list with `next_cursor`. */
export async function videoPage(path: string, fields: Fields, cursor: string, limit = 24): Promise<ItemPage<Video>> {
  const answer = await get<VideoPage>(path, { ...fields, limit, cursor: cursor || undefined })
  return { items: answer.video_list, next: answer.next_cursor ?? '' }
}

export async function feedPage(path: string, cursor: string): Promise<ItemPage<Video>> {
  const { video_list, next_time } = await get<VideoPage>(path, { latest_time: cursor || undefined })
  return { items: video_list, next: next_time ? String(next_time) : '' }
}

export async function userPage(kind: string, userId: number, cursor: string): Promise<ItemPage<User>> {
  const path = `/relation/${kind}/list/`
  const answer = await get<{ user_list: User[]; next_cursor?: string }>(path, {
    user_id: userId,
    limit: 30,
    cursor: cursor || undefined,
  })
  return { items: answer.user_list, next: answer.next_cursor ?? '' }
}

export async function commentPage(videoId: number, cursor: string): Promise<ItemPage<Comment>> {
  const fields = { video_id: videoId, limit: 20, cursor: cursor || undefined }
  const answer = await get<{ comment_list: Comment[]; next_cursor?: string }>('/comment/list/', fields)
  return { items: answer.comment_list, next: answer.next_cursor ?? '' }
}

/** One video by its id; undefined when it does not exist. */
export async function oneVideo(id: number): Promise<Video | undefined> {
  try {
    return (await get<{ video: Video }>('/video/', { video_id: id })).video
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'missing') return
    throw error
  }
}
