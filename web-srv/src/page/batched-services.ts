import { batcher } from '@douyin/process'
import {
  type CommentInfo,
  type FavInfo,
  failureOf,
  type LatestTime,
  maxIds,
  type Outcome,
  type PageFactsRequest,
  type RelationActionInfo,
  type VideoDeletion,
  type VideoInfoList,
} from '@douyin/proto'
import type { Services } from '../services.ts'
import type { PageCache, Subject } from './page-cache.ts'

/** Ids of one call. */
const joining = { concurrency: 2, maxBatchSize: 500, weight: (ids: number[]) => ids.length }
/** Videos of the pages that one call reads. */
const paging = { concurrency: 2, maxBatchSize: maxIds, weight: ({ limit }: LatestTime) => limit || maxIds }
/** One call of a kind is in flight: more would carry smaller batches. */
const acting = { concurrency: 1, maxBatchSize: 250 }

/**
 * The same services, but concurrent requests of one kind share a call, and each change through this process reaches the page
 * cache: a like, follow or comment for its users and videos, any other change as a whole.
 */
export function batchedServices({ user, feed }: Services, pages: Pick<PageCache, 'noteChange' | 'clear'>): Services {
  /** Even a failed call may have changed something. */
  function changing<Request, Response>(
    call: (request: Request) => Promise<Response>,
    subjectsOf: (request: Request) => Subject[],
  ) {
    return (request: Request) => call(request).finally(() => pages.noteChange(...subjectsOf(request)))
  }
  function clearing<Request, Response>(call: (request: Request) => Promise<Response>) {
    return (request: Request) => call(request).finally(() => pages.clear())
  }

  const getVideos = batcher(async (requests: LatestTime[]) => {
    const distinct = new Map(requests.map((request) => [JSON.stringify(request), request]))
    const found = await readPages([...distinct.values()])
    const pageOf = new Map([...distinct.keys()].map((key, i) => [key, found[i]]))
    return requests.map((request) => {
      const page = pageOf.get(JSON.stringify(request))
      if (!page) throw new Error('feed-srv left a page out')
      return page
    })
  }, paging)

  /** A single page needs no RPC that an older feed-srv lacks. */
  async function readPages(requests: LatestTime[]): Promise<VideoInfoList[]> {
    const [first] = requests
    if (first && requests.length === 1) return [await feed.getVideos(first)]
    return (await feed.getVideoPages({ pages: requests })).pages
  }

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

  const ofVideo = ({ userId, videoId }: { userId: number; videoId: number }): Subject[] => [
    `user ${userId}`,
    `video ${videoId}`,
  ]
  return {
    user: {
      ...user,
      batchGetUserDetail: async (request) =>
        request.profile_only
          ? { userDetailInfoList: await profiles(request.user_id) }
          : user.batchGetUserDetail(request),
      getPageFacts: pageFacts,
      updateUserInfo: clearing(user.updateUserInfo),
      favoriteAction: changing(
        batchActions(async (actions: FavInfo[]) => (await user.favoriteActions({ actions })).outcomes),
        ofVideo,
      ),
      relationAction: changing(
        batchActions(async (actions: RelationActionInfo[]) => (await user.relationActions({ actions })).outcomes),
        ({ userId, toUserId }) => [`user ${userId}`, `user ${toUserId}`],
      ),
    },
    feed: {
      ...feed,
      getVideos,
      batchGetAuthorStats: async ({ user_id }) => ({ authors: await stats(user_id) }),
      createVideo: clearing(feed.createVideo),
      deleteVideo: clearing(async (request: VideoDeletion) => {
        const done = await feed.deleteVideo(request)
        // If this call is lost, user-srv finds the deletion by polling feed-srv.
        await user.noteVideoDeleted({ video_id: request.video_id }).catch(() => {})
        return done
      }),
      addComment: changing(addComment, ofVideo),
      commentAction: changing(feed.commentAction, ofVideo),
    },
  }
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
