import { expect, test } from 'bun:test'
import type { LatestTime, LatestTimes, PageFactsRequest, UserDetailInfo, VideoInfoList } from '@douyin/proto'
import type { Services } from '../services.ts'
import { batchedServices } from './batched-services.ts'

const newest = { time: 0, limit: 30, without_comment_list: true }

/** The services on these methods, and the subjects whose change was noted; `all` for a cleared cache. */
function batched(methods: { user?: object; feed?: object }) {
  const changes: string[][] = []
  const pages = {
    noteChange: (...subjects: string[]) => void changes.push(subjects),
    clear: () => void changes.push(['all']),
  }
  const services = { user: {}, feed: {}, ...methods } as unknown as Services
  return { ...batchedServices(services, pages), changes }
}

const numbers = async (answers: Promise<VideoInfoList>[]) => (await Promise.all(answers)).map((one) => one.next_time)

test('equal concurrent requests for a page read it once, and a later one reads it again', async () => {
  let count = 0
  const { feed } = batched({ feed: { getVideos: async () => ({ videoInfos: [], authors: [], next_time: ++count }) } })
  expect(await numbers([feed.getVideos(newest), feed.getVideos(newest)])).toEqual([1, 1])
  expect(await numbers([feed.getVideos(newest)])).toEqual([2])
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
  const { feed } = batched({ feed: { getVideos, getVideoPages } })
  const ask = (time: number) => feed.getVideos({ ...newest, time })
  expect(await numbers([ask(5), ask(7), ask(6), ask(7)])).toEqual([5, 7, 6, 7])
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
  const { user } = batched({ user: { getPageFacts } })
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

test('each change is noted for its users and videos, and a change of other kinds for all, also if its call fails', async () => {
  const outcomes = async ({ actions = [], comments = [] }: { actions?: object[]; comments?: object[] }) => ({
    outcomes: [...actions, ...comments].map(() => ({ code: 0, message: '', content: {} })),
  })
  const done = async () => ({})
  const away = () => Promise.reject(new Error('away'))
  const { user, feed, changes } = batched({
    user: { favoriteActions: outcomes, relationActions: outcomes, updateUserInfo: done, noteVideoDeleted: away },
    feed: { addComments: outcomes, commentAction: away, createVideo: away, deleteVideo: done },
  })
  const comment = { userId: 1, videoId: 2, comment_id: 0, actionType: 1, commentText: 'x' }
  await user.favoriteAction({ userId: 1, videoId: 2, actionType: 1 })
  await user.relationAction({ userId: 3, toUserId: 4, actionType: 1 })
  await feed.addComment(comment)
  await expect(feed.commentAction({ ...comment, actionType: 2 })).rejects.toThrow('away')
  await user.updateUserInfo({} as UserDetailInfo)
  await expect(feed.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' })).rejects.toThrow('away')
  await feed.deleteVideo({ video_id: 2, user_id: 1 })
  expect(changes).toEqual([
    ['user 1', 'video 2'],
    ['user 3', 'user 4'],
    ['user 1', 'video 2'],
    ['user 1', 'video 2'],
    ['all'],
    ['all'],
    ['all'],
  ])
})

test('concurrent requests for profiles share one call, and each gets its own', async () => {
  const calls: number[][] = []
  const batchGetUserDetail = async ({ user_id }: { user_id: number[] }) => {
    calls.push(user_id)
    return { userDetailInfoList: user_id.filter((id) => id !== 4).map((id) => ({ id })) }
  }
  const { user } = batched({ user: { batchGetUserDetail } })
  const ask = (...ids: number[]) => user.batchGetUserDetail({ user_id: ids, profile_only: true })
  const answers = await Promise.all([ask(1, 2), ask(2, 3), ask(4)])
  expect(calls).toEqual([[1, 2, 3, 4]])
  expect(answers.map((answer) => answer.userDetailInfoList.map(({ id }) => id))).toEqual([[1, 2], [2, 3], []])
})
