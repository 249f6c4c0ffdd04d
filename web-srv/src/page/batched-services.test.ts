import { expect, test } from 'bun:test'
import type { Feed, LatestTime, LatestTimes, PageFactsRequest, User, VideoInfoList } from '@douyin/proto'
import type { Services } from '../services.ts'
import { batchedServices } from './batched-services.ts'
import { makePage } from './page-bytes.ts'

const newest = { time: 0, limit: 30, without_comment_list: true }
const hour = 3_600_000

/** A feed-srv that answers when told to, with a number. */
function slowFeed() {
  const asked: PromiseWithResolvers<number>[] = []
  const getVideos = async () => {
    const question = Promise.withResolvers<number>()
    asked.push(question)
    return { videoInfos: [], authors: [], next_time: await question.promise }
  }
  const getVideoPages = async ({ pages }: { pages: object[] }) => ({ pages: await Promise.all(pages.map(getVideos)) })
  const services = {
    user: {} as User,
    feed: { getVideos, getVideoPages, createVideo: async () => ({}) } as unknown as Feed,
  } as Services
  return { asked, services }
}

/** Until what was asked has reached feed-srv. */
const sent = () => Bun.sleep(20)

const numbers = async (answers: Promise<VideoInfoList>[]) => (await Promise.all(answers)).map((one) => one.next_time)

test('equal concurrent requests share one call, and different ones get their own results', async () => {
  const { asked, services } = slowFeed()
  const { feed } = batchedServices(services, hour).services
  const answers = [feed.getVideos(newest), feed.getVideos(newest), feed.getVideos({ ...newest, time: 5 })]
  await sent()
  asked.forEach((question, i) => {
    question.resolve(i)
  })
  expect(await numbers(answers)).toEqual([0, 0, 1])
})

test('after a change no caller gets a result from before it, not even one that was in flight', async () => {
  const { asked, services } = slowFeed()
  const { feed } = batchedServices(services, hour).services
  const before = feed.getVideos(newest)
  await sent()
  await feed.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' })
  const after = feed.getVideos(newest)
  await sent()
  asked[1]?.resolve(2)
  asked[0]?.resolve(1)
  expect(await numbers([before, after, feed.getVideos(newest)])).toEqual([1, 2, 2])
})

test('a failure is not cached', async () => {
  const { asked, services } = slowFeed()
  const { feed } = batchedServices(services, hour).services
  const failing = feed.getVideos(newest)
  await sent()
  asked[0]?.reject(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  const later = feed.getVideos(newest)
  await sent()
  asked[1]?.resolve(7)
  expect(await numbers([later])).toEqual([7])
})

test('with the cache off a later request gets a result that was started later', async () => {
  const { asked, services } = slowFeed()
  const { feed } = batchedServices(services, 0).services
  const answers = [feed.getVideos(newest), feed.getVideos(newest), feed.getVideos(newest)]
  await sent()
  asked[0]?.resolve(1)
  expect(await numbers(answers.slice(0, 1))).toEqual([1])
  await sent()
  expect(asked).toHaveLength(2)
  asked[1]?.resolve(2)
  expect(await numbers(answers)).toEqual([1, 2, 2])
  void feed.getVideos(newest)
  await sent()
  expect(asked).toHaveLength(3)
})

test('concurrent requests for different pages share one call, and a single page uses the RPC of older versions', async () => {
  const calls: number[][] = []
  const page = (time: number) => ({ videoInfos: [], authors: [], next_time: time })
  const getVideos = async ({ time }: LatestTime) => {
    calls.push([time])
    return page(time)
  }
  const getVideoPages = async ({ pages }: LatestTimes) => {
    calls.push(pages.map(({ time }) => time))
    return { pages: pages.map(({ time }) => page(time)) }
  }
  const { feed } = batchedServices({ user: {}, feed: { getVideos, getVideoPages } } as unknown as Services, 0).services
  const ask = (time: number) => feed.getVideos({ ...newest, time })
  expect(await numbers([ask(5), ask(7), ask(6)])).toEqual([5, 7, 6])
  expect(await numbers([ask(8)])).toEqual([8])
  expect(calls).toEqual([[5, 7, 6], [8]])
})

test('pages that are made concurrently share a call for their facts, and each gets its own', async () => {
  const calls: unknown[] = []
  const getPageFacts = async (request: PageFactsRequest) => {
    calls.push(request)
    return {
      profiles: request.user_id.map((id) => ({ id })),
      like_counts: request.video_id.filter((id) => id !== 12).map((video_id) => ({ video_id, count: video_id * 2 })),
    }
  }
  const { user } = batchedServices({ user: { getPageFacts }, feed: {} } as unknown as Services, 0).services
  const answers = await Promise.all([
    user.getPageFacts({ user_id: [1, 2], video_id: [10, 11] }),
    user.getPageFacts({ user_id: [2], video_id: [11, 12] }),
  ])
  expect(calls).toEqual([{ user_id: [1, 2], video_id: [10, 11, 12] }])
  const read = answers.map(({ profiles, like_counts }) => [profiles.map(({ id }) => id), like_counts])
  expect(read).toEqual([
    [
      [1, 2],
      [
        { video_id: 10, count: 20 },
        { video_id: 11, count: 22 },
      ],
    ],
    [[2], [{ video_id: 11, count: 22 }]],
  ])
})

test('after a like through this process the page is made anew, of the list that was read before', async () => {
  const calls: string[] = []
  const list = { videoInfos: [], authors: [], next_time: 1 }
  const getVideos = async () => {
    calls.push('list')
    return list
  }
  const favoriteActions = async ({ actions }: { actions: object[] }) => ({
    outcomes: actions.map(() => ({ code: 0, message: '' })),
  })
  const { services, pages } = batchedServices(
    { user: { favoriteActions }, feed: { getVideos } } as unknown as Services,
    1000,
  )
  const read = () =>
    pages.get('page', async () => {
      calls.push('page')
      await services.feed.getVideos(newest)
      return makePage({})
    })
  await read()
  await read()
  await services.user.favoriteAction({ userId: 1, videoId: 2, actionType: 1 })
  await read()
  expect(calls).toEqual(['page', 'list', 'page'])
})

test('concurrent requests for profiles share one call, and each gets its own', async () => {
  const calls: number[][] = []
  const batchGetUserDetail = async ({ user_id }: { user_id: number[] }) => {
    calls.push(user_id)
    return { userDetailInfoList: user_id.filter((id) => id !== 4).map((id) => ({ id })) }
  }
  const { user } = batchedServices({ user: { batchGetUserDetail }, feed: {} } as unknown as Services, 0).services
  const ask = (...ids: number[]) => user.batchGetUserDetail({ user_id: ids, profile_only: true })
  const answers = await Promise.all([ask(1, 2), ask(2, 3), ask(4)])
  expect(calls).toEqual([[1, 2, 3, 4]])
  expect(answers.map((answer) => answer.userDetailInfoList.map(({ id }) => id))).toEqual([[1, 2], [2, 3], []])
})
