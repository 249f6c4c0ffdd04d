import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Body, eventually, success, typesOf, type Video, videoTypes } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
let author: Person
let viewer: Person
let older: Video
let newest: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, viewer] = (await api.people(2)) as [Person, Person]
  older = await api.video(author, '第一条 🎬')
  newest = await api.video(author)
}, startLimitMs)
afterAll(() => api.close())

const feed = async (latest_time?: string | number, token?: string) =>
  success(await api.get('/feed/', { latest_time, token }))
const idsFrom = async (latest_time?: string | number) => (await feed(latest_time)).video_list.map((video) => video.id)
const timeOf = async (video: Video) => {
  const [row] = await api.stack.feedDatabase.query('select publish_time from video where id = ?', [video.id])
  return Number(row?.publish_time)
}

describe('the feed', () => {
  test('shows the newest first, to a guest too', async () => {
    expect(await idsFrom()).toEqual([newest.id, older.id])
  })

  test('has all eight keys of each video and all eleven of its author', async () => {
    for (const { token } of [viewer, { token: undefined }])
      for (const video of (await feed('', token)).video_list) {
        expect(typesOf(video)).toEqual(videoTypes)
        for (const url of [video.play_url, video.cover_url, video.author.avatar, video.author.background_image])
          expect(url).toStartWith(`${api.stack.base}/static/`)
      }
  })

  test('shows title, author and counts', async () => {
    const [, shown] = (await feed('', viewer.token)).video_list
    const { id, name } = author
    expect(shown).toMatchObject({ id: older.id, title: '第一条 🎬', comment_count: 0 })
    expect(shown?.author).toMatchObject({ id, name, work_count: 2 })
  })

  test('has URLs with the host that the caller used', async () => {
    const { port } = new URL(api.stack.base)
    const answer = (await fetch(`http://localhost:${port}/douyin/feed/`).then((one) => one.json())) as Body
    expect(answer.video_list[0]?.play_url).toStartWith(`http://localhost:${port}/static/`)
  })

  test('shows each viewer’s own likes and follows, and none to guests and to the author', async () => {
    const [fan, other] = (await api.people(2)) as [Person, Person]
    success(await api.post('/favorite/action/', { token: fan.token, video_id: newest.id, action_type: 1 }))
    success(await api.post('/relation/action/', { token: fan.token, to_user_id: author.id, action_type: 1 }))
    const seenBy = async (token?: string) => {
      const [first, second] = (await feed('', token)).video_list
      return [first?.is_favorite, second?.is_favorite, first?.author.is_follow, second?.author.is_follow]
    }
    expect(await seenBy(fan.token)).toEqual([true, false, true, true])
    for (const token of [other.token, author.token, undefined])
      expect(await seenBy(token)).toEqual([false, false, false, false])
    await eventually(async () => (await feed()).video_list.map((video) => video.favorite_count), [1, 0])
  })

  test('keeps its order when an old video is liked or commented', async () => {
    const act = { token: viewer.token, video_id: older.id, action_type: 1 }
    success(await api.post('/comment/action/', { ...act, comment_text: 'still good' }))
    success(await api.post('/favorite/action/', act))
    await eventually(async () => (await feed()).video_list.map((video) => video.comment_count), [0, 1])
    expect(await idsFrom()).toEqual([newest.id, older.id])
  })
})

describe('next_time', () => {
  test('is the publish time of the oldest video of the page, in ms', async () => {
    expect((await feed()).next_time).toBe(await timeOf(older))
    expect(Math.abs(Date.now() - (await timeOf(older)))).toBeLessThan(3_600_000)
  })

  test('is 0 on the empty page at the end, and 0 requests the newest page again', async () => {
    const { video_list, next_time } = await feed((await feed()).next_time)
    expect([video_list, next_time]).toEqual([[], 0])
    expect(await idsFrom(next_time)).toEqual([newest.id, older.id])
  })
})

describe('latest_time', () => {
  test('in ms returns only videos that are older than it', async () => {
    const time = await timeOf(newest)
    expect(await idsFrom(time)).toEqual([older.id])
    expect(await idsFrom(time + 1)).toEqual([newest.id, older.id])
    expect(await idsFrom(await timeOf(older))).toEqual([])
  })

  test('in seconds means the same time', async () => {
    const second = Math.floor((await timeOf(older)) / 1000)
    expect(await idsFrom(second)).toEqual([])
    expect(await idsFrom(second - 1_000_000)).toEqual([])
  })

  test('in the distant past returns an empty page, in seconds and in ms', async () => {
    for (const time of ['1', '1000000000', '100000000000', '1600000000000'])
      expect((await feed(time)).video_list).toEqual([])
  })

  test('that is absent, "", 0, negative or no number is ignored', async () => {
    for (const time of [undefined, '', '0', '00', '-1', '-1795379000123', 'abc', '1abc', '1.5', 'NaN', ' ', 'null'])
      expect(await idsFrom(time)).toEqual([newest.id, older.id])
  })

  test('in the future is ignored: in ms, s, µs or ns, int64 max and longer', async () => {
    const now = Date.now()
    const times = [now + 60_000, Math.floor(now / 1000) + 60, now * 1000, now * 1e6, 99_999_999_999]
    for (const time of [...times.map(BigInt), '9223372036854775807', '9223372036854775808', '9'.repeat(100)])
      expect(await idsFrom(String(time))).toEqual([newest.id, older.id])
  })

  test('given twice counts once, and the first one applies', async () => {
    const time = await timeOf(newest)
    const { video_list } = success(await api.get(`/feed/?latest_time=${time}&latest_time=0`))
    expect(video_list.map((video) => video.id)).toEqual([older.id])
  })
})
