import { expect, test } from 'bun:test'
import type { Feed, User } from '@douyin/proto'
import type { Services } from './services.ts'
import { sharing } from './sharing.ts'

const newest = { time: 0, limit: 30, without_comment_list: true }
const hour = 3_600_000

/** A feed-srv that answers when told to, with the number of the question. */
function slowFeed() {
  const asked: PromiseWithResolvers<number>[] = []
  const getVideos = () => {
    const question = Promise.withResolvers<number>()
    asked.push(question)
    return question.promise
  }
  const services = {
    user: {} as User,
    feed: { getVideos, createVideo: async () => ({}) } as unknown as Feed,
  } as Services
  return { asked, services }
}

test('equal questions at once are asked once, others are not mixed up with them', async () => {
  const { asked, services } = slowFeed()
  const { feed } = sharing(services, hour)
  const answers = [feed.getVideos(newest), feed.getVideos(newest), feed.getVideos({ ...newest, time: 5 })]
  asked.forEach((question, i) => {
    question.resolve(i)
  })
  expect(await Promise.all(answers as unknown[])).toEqual([0, 0, 1])
})

test('who changed something never gets an answer from before, not even one that is still under way', async () => {
  const { asked, services } = slowFeed()
  const { feed } = sharing(services, hour)
  const before = feed.getVideos(newest)
  await feed.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' })
  const after = feed.getVideos(newest)
  asked[1]?.resolve(2)
  asked[0]?.resolve(1)
  expect(await Promise.all([before, after] as unknown[])).toEqual([1, 2])
  expect((await feed.getVideos(newest)) as unknown).toBe(2)
})

test('a failure is not kept', async () => {
  const { asked, services } = slowFeed()
  const { feed } = sharing(services, hour)
  const failing = feed.getVideos(newest)
  asked[0]?.reject(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  const later = feed.getVideos(newest)
  asked[1]?.resolve(7)
  expect((await later) as unknown).toBe(7)
})

test('switched off, every question is asked', () => {
  const { asked, services } = slowFeed()
  const { feed } = sharing(services, 0)
  void feed.getVideos(newest)
  void feed.getVideos(newest)
  expect(asked).toHaveLength(2)
})
