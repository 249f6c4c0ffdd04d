import { gather } from '@douyin/process'
import {
  type CommentInfo,
  failureOf,
  type LatestTime,
  maxIds,
  type Outcome,
  type VideoDeletion,
  type VideoInfoList,
} from '@douyin/proto'
import type { Services } from '../services.ts'
import { likeCounts } from './like-counts.ts'
import type { Page } from './page-bytes.ts'
import { type Clock, type Memory, memory } from './page-cache.ts'

type Method = (request: never) => Promise<unknown>

/** How many ids go into one call, and how many such calls are under way. */
const joining = { atOnce: 2, most: 500, weight: (ids: number[]) => ids.length }
/** How many videos of pages go into one call, each page being at another place. */
const paging = { atOnce: 2, most: maxIds, weight: ({ limit }: LatestTime) => limit || maxIds }
/** How many actions go into one call. While one lot is stored the next one is checked; more lots would be smaller ones. */
const acting = { atOnce: 2, most: 250 }
/** What a video takes of memory, about. */
const videoBytes = 500

/**
 * The same services, but what many ask at one moment is asked for all of them at once, and a page is kept for `maxAgeMs`.
 * Anything that is changed through this process drops all pages at once: nobody sees one older than what she did
 * herself; what went through another process shows `maxAgeMs` later.
 */
export function sharing(
  { user, feed }: Services,
  maxAgeMs: number,
  clock: Clock = performance,
): { services: Services; pages: Memory<Page> } {
  const pages = memory<Page>('pages', maxAgeMs, ({ bytes, missing }) => (missing ? 0 : 2 * bytes.length), clock)
  const listBytes = ({ videoInfos }: VideoInfoList) => videoBytes * (videoInfos.length + 1)
  const lists = memory<VideoInfoList>('videos', maxAgeMs, listBytes, clock)

  function changing<Ask extends Method>(ask: Ask): Ask {
    return (async (request: never) => {
      try {
        return await ask(request)
      } finally {
        pages.clear()
        lists.clear()
      }
    }) as Ask
  }

  const likes = likeCounts(feed)

  /** What shows counts of likes waits for those that were answered before. */
  function showing<Ask extends Method>(ask: Ask): Ask {
    return ((request: never) => likes.shown()?.then(() => ask(request)) ?? ask(request)) as Ask
  }
  const getVideos = showing(feed.getVideos)
  const getVideoPages = showing(feed.getVideoPages)
  const batchGetAuthorStats = showing(feed.batchGetAuthorStats)

  const pageTogether = gather(async (pages: LatestTime[]) => {
    const [first] = pages
    // What is asked alone is asked for as ever.
    if (first && pages.length === 1) return [await getVideos(first)]
    return (await getVideoPages({ pages })).pages
  }, paging)

  const profiles = joined(async (ids) => {
    const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: ids, profile_only: true })
    return userDetailInfoList.map((one) => [one.id, one] as const)
  })
  const stats = joined(async (ids) => {
    const { authors } = await batchGetAuthorStats({ user_id: ids })
    return authors.map((one) => [one.user_id, one] as const)
  })

  const commentTogether = gather(
    async (comments: CommentInfo[]) => (await feed.addComments({ comments })).outcomes,
    acting,
  )
  const addComment = async (comment: CommentInfo) => {
    const { content, ...outcome } = await commentTogether(comment)
    const failure = failureOf(outcome)
    if (failure) throw failure
    if (!content) throw new Error('feed-srv left a comment out')
    return content
  }

  const services: Services = {
    user: {
      ...user,
      batchGetUserDetail: async (request) =>
        request.profile_only
          ? { userDetailInfoList: await profiles(request.user_id) }
          : user.batchGetUserDetail(request),
      updateUserInfo: changing(user.updateUserInfo),
      favoriteAction: changing(
        together(async (actions) => {
          const { outcomes, ...given } = await user.favoriteActions({ actions, told: likes.takeTold() })
          likes.note(given)
          return outcomes
        }),
      ),
      relationAction: changing(together(async (actions) => (await user.relationActions({ actions })).outcomes)),
    },
    feed: {
      ...feed,
      getVideos: (request) => lists.get(JSON.stringify(request), () => pageTogether(request)),
      getVideoList: showing(feed.getVideoList),
      listAuthorVideos: showing(feed.listAuthorVideos),
      listVideosOf: showing(feed.listVideosOf),
      batchGetAuthorStats: async ({ user_id }) => ({ authors: await stats(user_id) }),
      createVideo: changing(feed.createVideo),
      deleteVideo: changing(async (request: VideoDeletion) => {
        const done = await feed.deleteVideo(request)
        // It is deleted, whether user-srv hears of it now or by the next count that it tells.
        await user.noteVideoDeleted({ video_id: request.video_id }).catch(() => {})
        return done
      }),
      addComment: changing(addComment),
      commentAction: changing(feed.commentAction),
    },
  }
  return { services, pages }
}

/** Actions of many as one call; each ends as it would have alone. */
function together<Action>(act: (actions: Action[]) => Promise<Outcome[]>): (action: Action) => Promise<object> {
  const one = gather(act, acting)
  return async (action) => {
    const failure = failureOf(await one(action))
    if (failure) throw failure
    return {}
  }
}

/** Questions for things by their ids, as one; each gets its own in its order, without those that are not there. */
function joined<Value>(ask: (ids: number[]) => Promise<(readonly [id: number, value: Value])[]>) {
  return gather(async (questions: number[][]) => {
    const found = new Map(await ask([...new Set(questions.flat())]))
    return questions.map((ids) => ids.flatMap((id) => found.get(id) ?? []))
  }, joining)
}
