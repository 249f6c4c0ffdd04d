import { expect, test } from 'bun:test'
import type { FavoriteCount, FavoriteCountList } from '@douyin/proto'
import { until } from '../../../test/stack.ts'
import { likeCounts } from './like-counts.ts'

const given = (counts: FavoriteCount[], ...untold: number[]) => ({ counts, untold })
const count = (video_id: number, count: number, version: number): FavoriteCount => ({ video_id, count, version })

/** A feed-srv that takes counts when told to. */
function slowFeed() {
  const told: (FavoriteCount[] & { done: PromiseWithResolvers<{ video_id: number[] }> })[] = []
  const publishFavoriteCounts = ({ counts }: FavoriteCountList) => {
    const done = Promise.withResolvers<{ video_id: number[] }>()
    told.push(Object.assign(counts, { done }))
    return done.promise
  }
  return { told, likes: likeCounts({ publishFavoriteCounts } as never) }
}

test('counts of many likes are told together soon, of each video the newest alone', async () => {
  const { told, likes } = slowFeed()
  likes.note(given([count(1, 5, 7), count(2, 1, 1)]))
  likes.note(given([count(1, 4, 6), count(2, 2, 2)]))
  expect(told).toEqual([])
  await until(async () => told.length === 1)
  expect([...told[0]!]).toEqual([count(1, 5, 7), count(2, 2, 2)])
})

test('who looks has them told at once and waits until they are, and nobody waits for nothing', async () => {
  const { told, likes } = slowFeed()
  expect(likes.shown()).toBeUndefined()
  likes.note(given([count(1, 1, 1)]))
  let isShown = false
  const shown = likes.shown()?.then(() => {
    isShown = true
  })
  await until(async () => told.length === 1)
  expect(isShown).toBe(false)
  told[0]!.done.resolve({ video_id: [] })
  await shown
  expect(isShown).toBe(true)
  await until(async () => likes.shown() === undefined)
})

test('who looks while feed-srv does not take them waits for 100 ms', async () => {
  const { told, likes } = slowFeed()
  likes.note(given([count(1, 1, 1)]))
  const begun = performance.now()
  await likes.shown()
  expect(told.length).toBe(1)
  expect(performance.now() - begun).toBeGreaterThan(90)
})

test('counts that were not taken hold nobody up afterwards', async () => {
  const { told, likes } = slowFeed()
  likes.note(given([count(1, 1, 1)]))
  const shown = likes.shown()
  await until(async () => told.length === 1)
  told[0]!.done.reject(new Error('away'))
  await shown
  await until(async () => likes.shown() === undefined)
})

test('notes are handed back once, when feed-srv has taken all that they are of, and of no video that is gone', async () => {
  const { told, likes } = slowFeed()
  const tell = async (video: number, note: number, end: (done: (typeof told)[0]['done']) => void) => {
    likes.note(given([count(video, 1, 1)], note))
    const shown = likes.shown()
    await until(async () => told.length === note)
    expect(likes.takeTold()).toEqual([])
    end(told[note - 1]!.done)
    await shown
    return likes.takeTold()
  }
  expect(await tell(1, 1, (done) => done.resolve({ video_id: [] }))).toEqual([1])
  expect(await tell(2, 2, (done) => done.resolve({ video_id: [2] }))).toEqual([])
  expect(await tell(3, 3, (done) => done.reject(new Error('away')))).toEqual([])
  expect(likes.takeTold()).toEqual([])
})
