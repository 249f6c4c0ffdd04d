import { batcher } from '@douyin/process'
import {
  type CommentInfo,
  failureOf,
  type LatestTime,
  maxIds,
  type Outcome,
  type PageFactsRequest,
  type VideoDeletion,
  type VideoInfoList,
} from '@douyin/proto'
import type { Services } from '../services.ts'
import type { Page } from './page-bytes.ts'
import { type Clock, type PageCache, pageCache } from './page-cache.ts'

type Method = (request: never) => Promise<unknown>

/** Ids of one call. */
const joining = { concurrency: 2, maxBatchSize: 500, weight: (ids: number[]) => ids.length }
/** Videos of the pages that one call reads. */
const paging = { concurrency: 2, maxBatchSize: maxIds, weight: ({ limit }: LatestTime) => limit || maxIds }
/** One call of a kind is in flight: more would carry smaller batches. */
const acting = { concurrency: 1, maxBatchSize: 250 }
/** About what a video takes in memory. */
const videoBytes = 500

/**
 * The same services, but concurrent requests of one kind share a call, and a page is cached for `maxAgeMs`. A change through
 * this process drops the pages that may show it, so a client sees its own changes at once. A change through another process
 * shows `maxAgeMs` later.
 */
export function batchedServices(
  { user, feed }: Services,
  maxAgeMs: number,
  clock: Clock = performance,
): { services: Services; pages: PageCache<Page> } {
  const pages = pageCache<Page>('pages', maxAgeMs, ({ bytes, missing }) => (missing ? 0 : 2 * bytes.length), clock)
  const listBytes = ({ videoInfos }: VideoInfoList) => videoBytes * (videoInfos.length + 1)
  const lists = pageCache<VideoInfoList>('videos', maxAgeMs, listBytes, clock)

  /** A call that changes something: what these caches hold, or are about to hold, is dropped after it. */
  function invalidating<Call extends Method>(caches: { clear(): void }[], call: Call): Call {
    return (async (request: never) => {
      try {
        return await call(request)
      } finally {
        for (const cache of caches) cache.clear()
      }
    }) as Call
  }
  /** Likes, follows and profiles are user-srv's, so the lists of feed-srv stay. */
  const changingUsers = <Call extends Method>(call: Call) => invalidating([pages], call)
  const changingVideos = <Call extends Method>(call: Call) => invalidating([lists, pages], call)

  const pageTogether = batcher(async (pages: LatestTime[]) => {
    const [first] = pages
    // A single page needs no RPC that an older feed-srv lacks.
    if (first && pages.length === 1) return [await feed.getVideos(first)]
    return (await feed.getVideoPages({ pages })).pages
  }, paging)

  const pageFacts = batcher(
    async (requests: PageFactsRequest[]) => {
      const { profiles, like_counts } = await user.getPageFacts({
        user_id: unique(requests.flatMap((request) => request.user_id)),
        video_id: unique(requests.flatMap((request) => request.video_id)),
      })
      const profileOf = new Map(profiles.map((profile) => [profile.id, profile]))
      const likesOf = new Map(like_counts.map((likes) => [likes.video_id, likes]))
      return requests.map(({ user_id, video_id }) => ({
        profiles: user_id.flatMap((id) => profileOf.get(id) ?? []),
        like_counts: video_id.flatMap((id) => likesOf.get(id) ?? []),
      }))
    },
    { ...joining, weight: ({ user_id, video_id }) => Math.max(user_id.length, video_id.length) },
  )
  const profiles = batchById(async (ids) => {
    const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: ids, profile_only: true })
    return userDetailInfoList.map((one) => [one.id, one] as const)
  })
  const stats = batchById(async (ids) => {
    const { authors } = await feed.batchGetAuthorStats({ user_id: ids })
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
      getPageFacts: pageFacts,
      updateUserInfo: changingUsers(user.updateUserInfo),
      favoriteAction: changingUsers(
        batchActions(async (actions) => (await user.favoriteActions({ actions })).outcomes),
      ),
      relationAction: changingUsers(
        batchActions(async (actions) => (await user.relationActions({ actions })).outcomes),
      ),
    },
    feed: {
      ...feed,
      getVideos: (request) => lists.get(JSON.stringify(request), () => pageTogether(request)),
      batchGetAuthorStats: async ({ user_id }) => ({ authors: await stats(user_id) }),
      createVideo: changingVideos(feed.createVideo),
      deleteVideo: changingVideos(async (request: VideoDeletion) => {
        const done = await feed.deleteVideo(request)
        // If this call is lost, user-srv finds the deletion by polling feed-srv.
        await user.noteVideoDeleted({ video_id: request.video_id }).catch(() => {})
        return done
      }),
      addComment: changingVideos(addComment),
      commentAction: changingVideos(feed.commentAction),
    },
  }
  return { services, pages }
}

/** Sends the actions of many callers in one call. Each ends as it would alone. */
function batchActions<Action>(act: (actions: Action[]) => Promise<Outcome[]>): (action: Action) => Promise<object> {
  const one = batcher(act, acting)
  return async (action) => {
    const failure = failureOf(await one(action))
    if (failure) throw failure
    return {}
  }
}

/** Reads by id for many callers in one call. Each gets its own rows in its order, without the missing ones. */
function batchById<Value>(ask: (ids: number[]) => Promise<(readonly [id: number, value: Value])[]>) {
  return batcher(async (questions: number[][]) => {
    const found = new Map(await ask([...new Set(questions.flat())]))
    return questions.map((ids) => ids.flatMap((id) => found.get(id) ?? []))
  }, joining)
}

const unique = (ids: number[]) => [...new Set(ids)]
