import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, refused, success, typesOf, type Video, videoTypes } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api.close())

const act = (person: Person, video: Video, action_type: number) =>
  api.post('/favorite/action/', { token: person.token, video_id: video.id, action_type })
const like = (person: Person, video: Video) => act(person, video, 1).then(success)
const unlike = (person: Person, video: Video) => act(person, video, 2)
const listOf = async ({ id }: Person, viewer?: Person) =>
  success(await api.get('/favorite/list/', { user_id: id, token: viewer?.token })).video_list
const cast = async () => {
  const [author, fan] = (await api.people(2)) as [Person, Person]
  return { author, fan, video: await api.video(author) }
}

/** All counts of a like: of the video, of its author, and of the user who gave it. */
async function counts(author: Person, fan: Person) {
  const [video] = await api.videosOf(author)
  const [a, f] = await Promise.all([api.profile(author, fan), api.profile(fan, fan)])
  return [video?.favorite_count, a.total_favorited, f.favorite_count]
}

describe('a like', () => {
  test('counts for the video, for its author and for the user who gave it', async () => {
    const { author, fan, video } = await cast()
    await like(fan, video)
    await eventually(() => counts(author, fan), [1, 1, 1])
  })

  test('given twice succeeds, and counts once', async () => {
    const { author, fan, video } = await cast()
    await like(fan, video)
    await like(fan, video)
    await eventually(() => counts(author, fan), [1, 1, 1])
    expect((await listOf(fan)).map((one) => one.id)).toEqual([video.id])
    expect(success(await unlike(fan, video)).status_code).toBe(0)
    await eventually(() => counts(author, fan), [0, 0, 0])
  })

  test('removed twice, or never given, leaves the counts correct', async () => {
    const { author, fan, video } = await cast()
    const other = await api.person()
    await unlike(other, video)
    await like(fan, video)
    await unlike(other, video)
    await eventually(() => counts(author, fan), [1, 1, 1])
    for (let i = 0; i < 3; i++) await unlike(fan, video)
    await eventually(() => counts(author, fan), [0, 0, 0])
    await like(fan, video)
    await eventually(() => counts(author, fan), [1, 1, 1])
    expect((await api.profile(other)).favorite_count).toBe(0)
  })

  test('may be given to the own video', async () => {
    const { author, video } = await cast()
    await like(author, video)
    await eventually(() => counts(author, author), [1, 1, 1])
  })

  test('of a video that does not exist is rejected, and to remove one succeeds and changes nothing', async () => {
    const { fan } = await cast()
    const before = await api.rows('favorite')
    const about = { token: fan.token, video_id: 1_999_999_999 }
    refused(await api.post('/favorite/action/', { ...about, action_type: 1 }))
    success(await api.post('/favorite/action/', { ...about, action_type: 2 }))
    expect(await api.rows('favorite')).toBe(before)
    expect((await api.profile(fan)).favorite_count).toBe(0)
  })

  test('is given as the owner of the token, and user_id is ignored', async () => {
    const { author, fan, video } = await cast()
    const act = { token: fan.token, user_id: author.id, video_id: video.id, action_type: 1 }
    success(await api.post('/favorite/action/', act, { body: new URLSearchParams({ user_id: String(author.id) }) }))
    expect([(await listOf(author)).length, (await listOf(fan)).length]).toEqual([0, 1])
  })

  test('of one user cannot be removed by another', async () => {
    const { author, fan, video } = await cast()
    await like(fan, video)
    await unlike(author, video)
    expect((await listOf(fan)).length).toBe(1)
  })
})

describe('the list of likes', () => {
  test('contains complete videos, the newest like first', async () => {
    const { author, fan, video } = await cast()
    const [second, third] = [await api.video(author), await api.video(author)]
    for (const one of [second, third, video]) await like(fan, one)
    const list = await listOf(fan)
    expect(list.map((one) => one.id)).toEqual([video.id, third.id, second.id])
    expect(typesOf(list[0])).toEqual(videoTypes)
    expect(list[0]?.author).toMatchObject({ id: author.id, name: author.name })
  })

  test('drops a video when it is unliked, and has it first when it is liked again', async () => {
    const { author, fan, video } = await cast()
    const second = await api.video(author)
    for (const one of [video, second]) await like(fan, one)
    success(await unlike(fan, video))
    expect((await listOf(fan)).map((one) => one.id)).toEqual([second.id])
    await like(fan, video)
    expect((await listOf(fan)).map((one) => one.id)).toEqual([video.id, second.id])
  })

  test('shows whether the viewer likes the videos, not whether the owner does', async () => {
    const { fan, video } = await cast()
    const [viewer, alike] = (await api.people(2)) as [Person, Person]
    await like(fan, video)
    await like(alike, video)
    const seenBy = async (person?: Person) => (await listOf(fan, person)).map((one) => one.is_favorite)
    expect([await seenBy(fan), await seenBy(alike), await seenBy(viewer), await seenBy()]).toEqual([
      [true],
      [true],
      [false],
      [false],
    ])
  })

  test('of another user does not contain them, and user_id is required', async () => {
    const { author, fan, video } = await cast()
    await like(fan, video)
    expect(await listOf(author)).toEqual([])
    refused(await api.get('/favorite/list/', { token: fan.token }))
  })
})
