import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { commentTypes, eventually, refused, success, typesOf, type Video } from './answers.ts'
import { type Api, type Parameters, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
let author: Person
let fan: Person
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, fan] = (await api.people(2)) as [Person, Person]
}, startLimitMs)
afterAll(() => api.close())

const send = (person: Person, video: Video, more: Parameters) =>
  api.post('/comment/action/', { token: person.token, video_id: video.id, action_type: 1, ...more })
const add = async (person: Person, video: Video, comment_text = 'nice') =>
  success(await send(person, video, { comment_text })).comment
const remove = (person: Person, video: Video, comment_id: number) => send(person, video, { action_type: 2, comment_id })
const listOf = async ({ id }: Video, viewer?: Person) =>
  success(await api.get('/comment/list/', { video_id: id, token: viewer?.token })).comment_list
const textsOf = async (video: Video) => (await listOf(video)).map((one) => one.content)
const countOf = async ({ id }: Video) => (await api.videosOf(author)).find((one) => one.id === id)?.comment_count

describe('adding a comment', () => {
  test('needs no comment_id, and returns the comment as the list shows it', async () => {
    const video = await api.video(author)
    const comment = await add(fan, video, 'first!')
    expect(typesOf(comment)).toEqual(commentTypes)
    expect(comment.user).toMatchObject({ id: fan.id, name: fan.name })
    expect(await listOf(video)).toEqual([comment])
    await eventually(() => countOf(video), 1)
  })

  test('returns its date as month and day in Shanghai', async () => {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', month: '2-digit', day: '2-digit' })
    const before = format.format()
    const { create_date } = await add(fan, await api.video(author))
    expect(create_date).toMatch(/^\d\d-\d\d$/)
    expect([before, format.format()]).toContain(create_date)
  })

  test('stores its text unchanged: emoji, HTML, newlines, SQL, surrounding blanks', async () => {
    const video = await api.video(author)
    const texts = [
      '👩‍👩‍👧‍👦🇨🇳é',
      '<img src=x onerror=alert(1)>&amp;',
      'one\ntwo\r\n\tthree',
      "'); drop table comment; --",
    ]
    const odd = ['  blanks  ', '%00%20+&=?#', '\\u0000\\n', '‮right to left', '100%', '$(x)`x`', 'null', '0']
    for (const text of [...texts, ...odd]) expect((await add(fan, video, text)).content).toBe(text)
    expect(await textsOf(video)).toEqual([...texts, ...odd].toReversed())
  })

  test('accepts 1000 characters, Chinese or emoji, in the query or in a form', async () => {
    const video = await api.video(author)
    for (const text of ['好'.repeat(1000), '🎬'.repeat(1000), 'x']) {
      expect((await add(fan, video, text)).content).toBe(text)
      const form = { body: new URLSearchParams({ comment_text: text }) }
      const parameters = { token: fan.token, video_id: video.id, action_type: 1 }
      expect(success(await api.post('/comment/action/', parameters, form)).comment.content).toBe(text)
    }
    expect((await textsOf(video)).map((text) => [...text].length)).toEqual([1, 1, 1000, 1000, 1000, 1000])
  })

  test('rejects text that is too long, blank, missing or contains NUL, and stores nothing', async () => {
    const video = await api.video(author)
    for (const comment_text of ['好'.repeat(1001), 'x'.repeat(1001), '', ' ', '\n\t ', '\u3000', 'a\0b'])
      refused(await send(fan, video, { comment_text }))
    refused(await send(fan, video, {}))
    expect([await textsOf(video), await countOf(video)]).toEqual([[], 0])
  })

  test('to a video that does not exist is rejected', async () => {
    const before = await api.rows('comment')
    refused(await send(fan, { id: 1_999_999_999 } as Video, { comment_text: 'hello?' }))
    expect(await api.rows('comment')).toBe(before)
  })

  test('is done as the owner of the token, and user_id is ignored', async () => {
    const video = await api.video(author)
    const { comment } = success(await send(fan, video, { comment_text: 'whose', user_id: author.id }))
    expect(comment.user.id).toBe(fan.id)
  })
})

describe('deleting a comment', () => {
  test('removes it from the list and decrements the count', async () => {
    const video = await api.video(author)
    const [first, second] = [await add(fan, video, 'first'), await add(fan, video, 'second')]
    success(await remove(fan, video, first.id))
    expect((await listOf(video)).map((one) => one.id)).toEqual([second.id])
    await eventually(() => countOf(video), 1)
  })

  test('is allowed to its author only: not to a stranger, not to the author of the video, and not by user_id', async () => {
    const video = await api.video(author)
    const { id } = await add(fan, video)
    refused(await remove(author, video, id))
    refused(await remove(await api.person(), video, id))
    refused(await send(author, video, { action_type: 2, comment_id: id, user_id: fan.id }))
    expect((await listOf(video)).length).toBe(1)
    await eventually(() => countOf(video), 1)
  })

  test('works only with the id of its own video', async () => {
    const [video, other] = [await api.video(author), await api.video(author)]
    const { id } = await add(fan, video)
    await add(fan, other)
    refused(await remove(fan, other, id))
    refused(await remove(fan, { id: 1_999_999_999 } as Video, id))
    expect([(await listOf(video)).length, (await listOf(other)).length]).toEqual([1, 1])
    await eventually(async () => [await countOf(video), await countOf(other)], [1, 1])
  })

  test('twice, or one that never existed, leaves the count correct', async () => {
    const video = await api.video(author)
    const { id } = await add(fan, video)
    await add(author, video)
    success(await remove(fan, video, id))
    refused(await remove(fan, video, id))
    refused(await remove(fan, video, 1_999_999_999))
    await eventually(() => countOf(video), 1)
    expect((await listOf(video)).length).toBe(1)
  })

  test('needs no text, and its id is not reused', async () => {
    const video = await api.video(author)
    const { id } = await add(fan, video)
    success(await remove(fan, video, id))
    expect((await add(fan, video)).id).toBeGreaterThan(id)
  })
})

describe('the list of comments', () => {
  test('shows the newest first, to guests too', async () => {
    const video = await api.video(author)
    for (const text of ['1', '2', '3', '4']) await add(Number(text) % 2 ? fan : author, video, text)
    expect(await textsOf(video)).toEqual(['4', '3', '2', '1'])
    expect((await listOf(video, fan)).map((one) => one.content)).toEqual(['4', '3', '2', '1'])
  })

  test('contains only comments of its own video', async () => {
    const [video, other] = [await api.video(author), await api.video(author)]
    await add(fan, video, 'here')
    expect([await textsOf(video), await textsOf(other)]).toEqual([['here'], []])
  })

  test('shows which authors the viewer follows', async () => {
    const video = await api.video(author)
    await add(author, video)
    const follower = await api.person()
    success(await api.post('/relation/action/', { token: follower.token, to_user_id: author.id, action_type: 1 }))
    const seenBy = async (viewer?: Person) => (await listOf(video, viewer)).map((one) => one.user.is_follow)
    expect([await seenBy(follower), await seenBy(author), await seenBy()]).toEqual([[true], [false], [false]])
  })

  test('of a video that does not exist is rejected', async () => {
    refused(await api.get('/comment/list/', { video_id: 1_999_999_999 }))
    refused(await api.get('/comment/list/', { token: fan.token }))
  })
})
