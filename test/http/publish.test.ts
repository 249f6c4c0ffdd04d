import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, typesOf, videoTypes } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'

let api: Api
let data: File
beforeAll(async () => {
  api = await startTestApi()
  data = await clip('tiny.mp4')
}, startLimitMs)
afterAll(() => api.close())

const titlesOf = async (person: Person) => (await api.videosOf(person)).map((video) => video.title)

describe('a published video', () => {
  test('is in the author’s list and in the feed at once, with a cover', async () => {
    const { id, token, name } = await api.person()
    success(await api.publish({ data, token, title: 'at once' }))
    const [listed] = success(await api.get('/publish/list/', { user_id: id })).video_list
    const [newest] = success(await api.get('/feed/')).video_list
    expect(newest).toEqual(listed!)
    expect(typesOf(listed)).toEqual(videoTypes)
    expect(listed).toMatchObject({ title: 'at once', favorite_count: 0, comment_count: 0, is_favorite: false })
    expect(listed?.author).toMatchObject({ id, name, work_count: 1 })
    expect(listed?.cover_url).toStartWith(api.stack.base)
  })

  test('is before the older ones in its author’s list, and in no other list', async () => {
    const [one, other] = (await api.people(2)) as [Person, Person]
    for (const title of ['first', 'second', 'third']) await api.video(one, title)
    await api.video(other, 'another’s')
    expect(await titlesOf(one)).toEqual(['third', 'second', 'first'])
    expect((await api.profile(one)).work_count).toBe(3)
  })

  test('may have the same file as another one, and they are two videos', async () => {
    const [one, other] = (await api.people(2)) as [Person, Person]
    const [a, b] = [await api.video(one), await api.video(other)]
    expect(a.id).not.toBe(b.id)
    expect([(await titlesOf(one)).length, (await titlesOf(other)).length]).toEqual([1, 1])
  })

  test('may be a WebM, or an MP4 with its index in front', async () => {
    const { token } = await api.person()
    for (const name of ['tiny.webm', 'front.mp4'] as const)
      success(await api.publish({ data: await clip(name), token, title: name }))
  })

  test('belongs to the owner of the token, and user_id is ignored', async () => {
    const [owner, victim] = (await api.people(2)) as [Person, Person]
    const form = { data, token: owner.token, title: 'whose', user_id: String(victim.id) }
    success(await api.publish(form, { user_id: victim.id }))
    expect([await titlesOf(owner), await titlesOf(victim)]).toEqual([['whose'], []])
  })
})

describe('the form', () => {
  test('may have its parts in any order', async () => {
    const person = await api.person()
    const { token } = person
    success(await api.publish({ data, token, title: 'data, token, title' }))
    success(await api.publish({ token, title: 'token, title, data', data }))
    success(await api.publish({ title: 'title, data, token', data, token }))
    expect(await titlesOf(person)).toEqual(['title, data, token', 'token, title, data', 'data, token, title'])
  })

  test('may lack the token or the title if the query has them', async () => {
    const person = await api.person()
    success(await api.publish({ data, title: 'token in the query' }, { token: person.token }))
    success(await api.publish({ data }, { token: person.token, title: 'both in the query' }))
    expect(await titlesOf(person)).toEqual(['both in the query', 'token in the query'])
  })

  test('has lower precedence than the query', async () => {
    const [one, other] = (await api.people(2)) as [Person, Person]
    success(await api.publish({ data, token: other.token, title: 'form' }, { token: one.token, title: 'query' }))
    refused(await api.publish({ data, token: one.token, title: 'form' }, { token: 'bad' }))
    expect([await titlesOf(one), await titlesOf(other)]).toEqual([['query'], []])
  })

  test('may repeat a parameter, and contain unknown ones', async () => {
    const person = await api.person()
    const body = new FormData()
    for (const title of ['first title', 'second title']) {
      body.append('token', person.token)
      body.append('title', title)
      body.append('data', data)
      body.append('stranger', data)
    }
    success(await api.post('/publish/action/', {}, { body }))
    expect(await titlesOf(person)).toEqual(['first title'])
  })
})

describe('a title', () => {
  test('of 1 to 255 characters is stored unchanged', async () => {
    const person = await api.person()
    const titles = ['x', '题'.repeat(255), '🎬'.repeat(255), ' blanks around ', '<script>alert(1)</script>', `a"'\\\tb`]
    for (const title of titles) success(await api.publish({ data, title }, { token: person.token }))
    expect(await titlesOf(person)).toEqual(titles.toReversed())
  })

  test('that is blank, missing or longer is rejected, and nothing is published', async () => {
    const person = await api.person()
    for (const title of ['', ' ', '\t\n', '\u3000', '题'.repeat(256), '🎬'.repeat(256), 'x'.repeat(70_000)])
      refused(await api.publish({ data, token: person.token, title }))
    refused(await api.publish({ data, token: person.token }))
    expect(await titlesOf(person)).toEqual([])
  })
})

describe('the list of videos', () => {
  test('of an unknown user is rejected, and so is one without user_id', async () => {
    refused(await api.get('/publish/list/', { user_id: 1_999_999_999 }))
    refused(await api.get('/publish/list/', { token: (await api.person()).token }))
  })

  test('shows whether the viewer likes the video and follows the author', async () => {
    const [author, fan] = (await api.people(2)) as [Person, Person]
    const video = await api.video(author)
    success(await api.post('/favorite/action/', { token: fan.token, video_id: video.id, action_type: 1 }))
    success(await api.post('/relation/action/', { token: fan.token, to_user_id: author.id, action_type: 1 }))
    const seenBy = async (viewer?: Person) => {
      const [shown] = await api.videosOf(author, viewer)
      return [shown?.is_favorite, shown?.author.is_follow]
    }
    expect([await seenBy(fan), await seenBy(author), await seenBy()]).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ])
  })
})
