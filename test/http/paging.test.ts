import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Answer, success, type Video } from './answers.ts'
import { type Api, inTurns, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'

const count = 65
let api: Api
let author: Person
let answers: Answer[]
let published: Video[]
beforeAll(async () => {
  api = await startTestApi()
  author = await api.person()
  const data = await clip('tiny.mp4')
  const upload = (i: number) => api.publish({ data, token: author.token, title: `clip ${i}` })
  answers = await Promise.all(Array.from({ length: count }, (_, i) => upload(i)))
  published = await api.videosOf(author)
}, startLimitMs)
afterAll(() => api.close())

async function pages(latest_time?: number): Promise<Video[][]> {
  const { video_list, next_time } = success(await api.get('/feed/', { latest_time }))
  return video_list.length === 0 ? [] : [video_list, ...(await pages(next_time))]
}

const times = async () => {
  const rows = await api.stack.feedDatabase.query('select id, publish_time as time from video order by id')
  return new Map(rows.map(({ id, time }) => [Number(id), Number(time)]))
}

describe('sixty-five videos published concurrently', () => {
  test('are all accepted', () => {
    const refusals = answers.filter(({ body }) => body.status_code !== 0)
    expect(refusals.map(({ body }) => body.status_msg)).toEqual([])
  })

  test('are all listed once', () => {
    const titles = published.map((video) => video.title)
    expect(titles.sort()).toEqual(Array.from({ length: count }, (_, i) => `clip ${i}`).sort())
    expect(new Set(published.map((video) => video.id)).size).toBe(count)
  })

  test('can be read by next_time in pages of 30, 30 and 5, none lost and none repeated', async () => {
    const read = await pages()
    expect(read.map((page) => page.length)).toEqual([30, 30, 5])
    expect(read.flat().map((video) => video.id)).toEqual(published.map((video) => video.id))
  })

  test('are in strictly descending order of publish time', async () => {
    const timeOf = await times()
    const order = (await pages()).flat().map((video) => timeOf.get(video.id)!)
    expect(order).toEqual([...new Set(order)].sort((a, b) => b - a))
  })

  test('have pages whose next_time is the publish time of their last video', async () => {
    const timeOf = await times()
    let latest_time = 0
    for (const page of await pages()) {
      const { next_time } = success(await api.get('/feed/', { latest_time }))
      expect(next_time).toBe(timeOf.get(page.at(-1)!.id)!)
      latest_time = next_time
    }
  })

  test('stay on the same page of an earlier next_time when more videos are published', async () => {
    const { next_time } = success(await api.get('/feed/', {}))
    const second = success(await api.get('/feed/', { latest_time: next_time })).video_list
    const other = await api.person()
    for (let i = 0; i < 3; i++) await api.video(other)
    const again = success(await api.get('/feed/', { latest_time: next_time })).video_list
    expect(again.map((video) => video.id)).toEqual(second.map((video) => video.id))
    await api.stack.feedDatabase.query('delete from video where user_id = ?', [other.id])
  })
})

describe('while videos are being published', () => {
  test('the newest video of the feed only gets newer, so no video appears behind an earlier cursor', async () => {
    const other = await api.person()
    const data = await clip('tiny.mp4')
    const seen: number[] = []
    let isPublishing = true
    const watch = async () => {
      while (isPublishing) {
        const [newest] = success(await api.get('/feed/')).video_list
        if (newest && newest.id !== seen.at(-1)) seen.push(newest.id)
      }
    }
    const watching = watch()
    await inTurns(12, 6, async (i) => success(await api.publish({ data, token: other.token, title: `later ${i}` })))
    isPublishing = false
    await watching
    const timeOf = await times()
    const order = seen.map((id) => timeOf.get(id)!)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    await api.stack.feedDatabase.query('delete from video where user_id = ?', [other.id])
  })
})
