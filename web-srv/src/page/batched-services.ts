import { batcher } from '@douyin/process'
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
import { type Clock, type PageCache, pageCache } from './page-cache.ts'

type Method = (request: never) => Promise<unknown>

/** How many ids go into one call, and how many such calls are under way. */
const joining = { concurrency: 2, maxBatchSize: 500, weight: (ids: number[]) => ids.length }
/** How many videos of pages go into one call, each page being at another place. */
const paging = { concurrency: 2, maxBatchSize: maxIds, weight: ({ limit }: LatestTime) => limit || maxIds }
/** How many actions go into one call. While one lot is stored the next one is checked; more lots would be smaller ones. */
const acting = { concurrency: 2, maxBatchSize: 250 }
/** What a video takes of memory, about. */
const videoBytes = 500

/**
 * The same services, but what many ask at one moment is asked for all of them at once, and a page is kept for `maxAgeMs`.
 * Anything that is changed through this process drops all pages at once: nobody sees one older than what she did
 * herself; what went through another process shows `maxAgeMs` later.
 */
export function batchedServices(
  { user, feed }: Services,
  maxAgeMs: number,
  clock: Clock = performance,
): { services: Services; pages: PageCache<Page> } {
  const pages = pageCache<Page>('pages', maxAgeMs, ({ bytes, missing }) => (missing ? 0 : 2 * bytes.length), clock)
  const listBytes = ({ videoInfos }: VideoInfoList) => videoBytes * (videoInfos.length + 1)
  const lists = pageCache<VideoInfoList>('videos', maxAgeMs, listBytes, clock)

  function invalidating<Ask extends Method>(ask: Ask): Ask {
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
  function afterCountFlush<Ask extends Method>(ask: Ask): Ask {
    return ((request: never) => likes.shown()?.then(() => ask(request)) ?? ask(request)) as Ask
  }
  const getVideos = afterCountFlush(feed.getVideos)
  const getVideoPages = afterCountFlush(feed.getVideoPages)
  const batchGetAuthorStats = afterCountFlush(feed.batchGetAuthorStats)

  const pageTogether = batcher(async (pages: LatestTime[]) => {
    const [first] = pages
    // What is asked alone is asked for as ever.
    if (first && pages.length === 1) return [await getVideos(first)]
    return (await getVideoPages({ pages })).pages
  }, paging)

  const profiles = batchById(async (ids) => {
    const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: ids, profile_only: true })
    return userDetailInfoList.map((one) => [one.id, one] as const)
  })
  const stats = batchById(async (ids) => {
    const { authors } = await batchGetAuthorStats({ user_id: ids })
    return authors.map((one) => [one.user_id, one] as const)
  })

  const commentTogether = batcher(
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
      updateUserInfo: invalidating(user.updateUserInfo),
      favoriteAction: invalidating(
        batchActions(async (actions) => {
          const { outcomes, ...given } = await user.favoriteActions({ actions, told: likes.takeTold() })
          likes.note(given)
          return outcomes
        }),
      ),
      relationAction: invalidating(batchActions(async (actions) => (await user.relationActions({ actions })).outcomes)),
    },
    feed: {
      ...feed,
      getVideos: (request) => lists.get(JSON.stringify(request), () => pageTogether(request)),
      getVideoList: afterCountFlush(feed.getVideoList),
      listAuthorVideos: afterCountFlush(feed.listAuthorVideos),
      listVideosOf: afterCountFlush(feed.listVideosOf),
      batchGetAuthorStats: async ({ user_id }) => ({ authors: await stats(user_id) }),
      createVideo: invalidating(feed.createVideo),
      deleteVideo: invalidating(async (request: VideoDeletion) => {
        const done = await feed.deleteVideo(request)
        // It is deleted, whether user-srv hears of it now or by the next count that it tells.
        await user.noteVideoDeleted({ video_id: request.video_id }).catch(() => {})
        return done
      }),
      addComment: invalidating(addComment),
      commentAction: invalidating(feed.commentAction),
    },
  }
  return { services, pages }
}

/** Actions of many as one call; each ends as it would have alone. */
function batchActions<Action>(act: (actions: Action[]) => Promise<Outcome[]>): (action: Action) => Promise<object> {
  const one = batcher(act, acting)
  return async (action) => {
    const failure = failureOf(await one(action))
    if (failure) throw failure
    return {}
  }
}

/** Questions for things by their ids, as one; each gets its own in its order, without those that are not there. */
function batchById<Value>(ask: (ids: number[]) => Promise<(readonly [id: number, value: Value])[]>) {
  return batcher(async (questions: number[][]) => {
    const found = new Map(await ask([...new Set(questions.flat())]))
    return questions.map((ids) => ids.flatMap((id) => found.get(id) ?? []))
  }, joining)
}
