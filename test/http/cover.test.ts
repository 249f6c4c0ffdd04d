import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip, colourOf } from './clips.ts'

let api: Api
let author: Person
beforeAll(async () => {
  api = await startTestApi()
  author = await api.person()
}, startLimitMs)
afterAll(() => api.close())

async function newestCover(): Promise<string> {
  const [video] = await api.videosOf(author)
  return colourOf(await (await fetch(video!.cover_url)).arrayBuffer())
}

describe('cover_time', () => {
  for (const name of ['colours.mp4', 'colours.mov', 'colours.webm'] as const) {
    test(`selects the frame at that time as the cover of ${name}`, async () => {
      const data = await clip(name)
      const covers: string[] = []
      for (const cover_time of ['0', '999', '1000', '1999', '2500', '3000', '60000']) {
        success(await api.publish({ data, title: cover_time, token: author.token, cover_time }))
        covers.push(await newestCover())
      }
      expect(covers).toEqual(['red', 'red', 'green', 'green', 'blue', 'blue', 'blue'])
    })
  }

  test('may be before the file, after it or in the query, and the query has precedence', async () => {
    const data = await clip('colours.mp4')
    const { token } = author
    success(await api.publish({ cover_time: '2500', token, title: 'before', data }))
    expect(await newestCover()).toBe('blue')
    success(await api.publish({ data, token, title: 'after', cover_time: '1500' }))
    expect(await newestCover()).toBe('green')
    success(await api.publish({ data, token, title: 'query', cover_time: '1500' }, { cover_time: 2500 }))
    expect(await newestCover()).toBe('blue')
  })

  test('that is no whole number of ms is rejected with its name, and nothing is published', async () => {
    const data = await clip('colours.mp4')
    const before = await api.videosOf(author)
    for (const cover_time of [' ', 'abc', '-1', '1.5', '1e3', '0x10', ' 5', '1'.repeat(16)]) {
      const { status_msg } = refused(await api.publish({ data, title: 'no', token: author.token, cover_time }))
      expect(status_msg).toContain('cover_time must be a whole number of milliseconds')
    }
    expect(await api.videosOf(author)).toEqual(before)
  })
})

describe('upload_id', () => {
  test('makes a retried upload the same video, even while the first try is in flight', async () => {
    const person = await api.person()
    const form = { data: await clip('tiny.mp4'), title: 'again', token: person.token, upload_id: crypto.randomUUID() }
    for (const answer of await Promise.all([api.publish(form), api.publish(form)])) success(answer)
    success(await api.publish(form))
    expect(await api.videosOf(person)).toHaveLength(1)
  })

  test('belongs to one user: the same id of another user is another upload, and so is each upload without one', async () => {
    const [one, other] = (await api.people(2)) as [Person, Person]
    const form = { data: await clip('tiny.mp4'), title: 'mine', upload_id: 'a-1' }
    for (const { token } of [one, other]) success(await api.publish({ ...form, token }))
    expect([await api.videosOf(one), await api.videosOf(other)].map((videos) => videos.length)).toEqual([1, 1])
    const { upload_id: _, ...plain } = form
    for (const { token } of [one, one]) success(await api.publish({ ...plain, token }))
    expect(await api.videosOf(one)).toHaveLength(3)
  })

  test('that was used for another file, title or cover is rejected, also after the video was deleted', async () => {
    const person = await api.person()
    const data = await clip('tiny.mp4')
    const form = { data, title: 'first', token: person.token, upload_id: 'c-3' }
    success(await api.publish(form))
    const changes: Record<string, string | Blob>[] = [
      { title: 'second' },
      { cover_time: '1' },
      { data: await clip('colours.mp4') },
    ]
    for (const change of changes) {
      const { status_code, status_msg } = refused(await api.publish({ ...form, ...change }))
      expect([status_code, status_msg]).toEqual([4, expect.stringContaining('upload_id was used for other content')])
    }
    const [video] = await api.videosOf(person)
    success(await api.post('/publish/delete/', { token: person.token, video_id: video!.id }))
    success(await api.publish(form))
    refused(await api.publish({ ...form, title: 'second' }))
    expect(await api.videosOf(person)).toEqual([])
  })

  test('of an upload that failed may be used for a retry', async () => {
    const person = await api.person()
    const form = { title: 'at last', token: person.token, upload_id: 'b-2' }
    refused(await api.publish({ ...form, data: new File(['no video'], 'a.mp4') }))
    success(await api.publish({ ...form, data: await clip('tiny.mp4') }))
    expect(await api.videosOf(person)).toHaveLength(1)
  })

  test('that is malformed is rejected', async () => {
    const data = await clip('tiny.mp4')
    for (const upload_id of [' ', 'a b', '号', 'x'.repeat(65)])
      refused(await api.publish({ data, title: 'no', token: author.token, upload_id }))
  })
})
