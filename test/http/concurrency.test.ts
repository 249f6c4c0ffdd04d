import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, password, startLimitMs, startTestApi } from './client.ts'

let api: Api
let author: Person
let users: Person[]
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  author = await api.person()
  users = await api.people(64)
}, startLimitMs)
afterAll(() => api.close())

const like = ({ token }: Person, { id }: Video, action_type = 1) =>
  api.post('/favorite/action/', { token, video_id: id, action_type })
const follow = ({ token }: Person, { id }: Person, action_type = 1) =>
  api.post('/relation/action/', { token, to_user_id: id, action_type })
const shown = async ({ id }: Video) => (await api.videosOf(author)).find((one) => one.id === id)!
const numberOf = async (sql: string, id: number | string) => {
  const [row] = await api.stack.userDatabase.query(`select count(*) as number from ${sql} = ?`, [id])
  return Number(row?.number)
}

describe('concurrently', () => {
  test('if fifty users like one video, the video and its author have fifty likes, and it is in each list of likes', async () => {
    const fans = users.slice(0, 50)
    const star = await api.person()
    const video = await api.video(star)
    for (const answer of await Promise.all(fans.map((fan) => like(fan, video)))) success(answer)
    await eventually(async () => (await api.videosOf(star))[0]?.favorite_count, 50)
    await eventually(async () => (await api.profile(star)).total_favorited, 50)
    const lists = await Promise.all(fans.map(({ id }) => api.get('/favorite/list/', { user_id: id })))
    expect(lists.map((answer) => success(answer).video_list.some((one) => one.id === video.id))).not.toContain(false)
    for (const answer of await Promise.all(fans.map((fan) => like(fan, video, 2)))) success(answer)
    await eventually(async () => (await api.videosOf(star))[0]?.favorite_count, 0)
  })

  test('if one user likes one video twenty times, it counts once', async () => {
    const video = await api.video(author)
    const fan = await api.person()
    for (const answer of await Promise.all(Array.from({ length: 20 }, () => like(fan, video)))) success(answer)
    await eventually(async () => (await shown(video)).favorite_count, 1)
    await eventually(async () => (await api.profile(fan)).favorite_count, 1)
    expect(await numberOf('favorite where video_id', video.id)).toBe(1)
  })

  test('if 64 users like and unlike the same video repeatedly, the count equals the remaining likes', async () => {
    const video = await api.video(author)
    const rounds = users.map(async (fan, i) => {
      for (const action of [1, 2, 1, 1, 2, ...(i % 3 === 0 ? [] : [1])]) success(await like(fan, video, action))
    })
    await Promise.all(rounds)
    const left = users.filter((_, i) => i % 3 !== 0).length
    expect(await numberOf('favorite where video_id', video.id)).toBe(left)
    await eventually(async () => (await shown(video)).favorite_count, left)
  })

  test('if one user toggles the same like from several requests, the count equals the remaining likes', async () => {
    const video = await api.video(author)
    const [fan] = users as [Person]
    const actions = Array.from({ length: 40 }, (_, i) => 1 + (i % 2))
    for (const answer of await Promise.all(actions.map((action) => like(fan, video, action)))) success(answer)
    const left = await numberOf('favorite where video_id', video.id)
    await eventually(async () => (await shown(video)).favorite_count, left)
    const own = await numberOf('favorite where user_id', fan.id)
    await eventually(async () => (await api.profile(fan)).favorite_count, own)
  })

  test('if 64 users follow one user and half of them unfollow, count and list have the remaining 32', async () => {
    const star = await api.person()
    for (const answer of await Promise.all(users.map((fan) => follow(fan, star)))) success(answer)
    await eventually(async () => (await api.profile(star)).follower_count, 64)
    const leavers = users.filter((_, i) => i % 2 === 0)
    for (const answer of await Promise.all(leavers.map((fan) => follow(fan, star, 2)))) success(answer)
    await eventually(async () => (await api.profile(star)).follower_count, 32)
    expect(success(await api.get('/relation/follower/list/', { user_id: star.id })).user_list).toHaveLength(32)
  })

  test('if two users follow each other, there is no deadlock and both are counted', async () => {
    const [one, other] = (await api.people(2)) as [Person, Person]
    const both = Array.from({ length: 10 }, () => [follow(one, other), follow(other, one)]).flat()
    for (const answer of await Promise.all(both)) success(answer)
    const counts = async (person: Person) => {
      const { follow_count, follower_count } = await api.profile(person)
      return [follow_count, follower_count]
    }
    for (const person of [one, other]) await eventually(() => counts(person), [1, 1])
  })

  test('if one name is registered twenty times, exactly one succeeds and the others fail with HTTP 200', async () => {
    const once = () => api.post('/user/register/', { username: 'wanted by all', password })
    const answers = await Promise.all(Array.from({ length: 20 }, once))
    const [winner, ...more] = answers.filter(({ body }) => body.status_code === 0)
    expect(more).toEqual([])
    for (const answer of answers.filter((one) => one !== winner))
      expect(refused(answer)).toMatchObject({ user_id: 0, token: '' })
    const { user_id } = success(await api.post('/user/login/', { username: 'wanted by all', password }))
    expect(user_id).toBe(success(winner!).user_id)
    expect(await numberOf('user where name', 'wanted by all')).toBe(1)
  })

  test('if 64 comments are added and half are deleted, the remaining ones are listed and counted', async () => {
    const video = await api.video(author)
    const act = { video_id: video.id, action_type: 1 }
    const added = await Promise.all(
      users.map(({ token }, i) => api.post('/comment/action/', { ...act, token, comment_text: `text ${i}` })),
    )
    await eventually(async () => (await shown(video)).comment_count, 64)
    const removed = added.map((answer) => success(answer).comment.id).slice(0, 32)
    const remove = (comment_id: number, i: number) =>
      api.post('/comment/action/', { ...act, action_type: 2, token: users[i]!.token, comment_id })
    // Each is deleted twice, and one of the two may be rejected.
    await Promise.all([...removed, ...removed].map((id, i) => remove(id, i % 32)))
    await eventually(async () => (await shown(video)).comment_count, 32)
    const { comment_list } = success(await api.get('/comment/list/', { video_id: video.id }))
    expect(comment_list.map((one) => one.content).sort()).toEqual(
      Array.from({ length: 32 }, (_, i) => `text ${i + 32}`).sort(),
    )
  })
})
