import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'

let api: Api
let winner: Person
let other: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[winner, other] = (await api.people(2)) as [Person, Person]
  video = await api.video(other)
}, startLimitMs)
afterAll(() => api?.close())

/** Tokens by the part of the request that carries them. */
interface Tokens {
  query?: string
  header?: string
  form?: string
}

const queryOf = ({ query }: Tokens): Record<string, string> => (query === undefined ? {} : { token: query })
const headersOf = ({ header }: Tokens): Record<string, string> =>
  header === undefined ? {} : { authorization: `Bearer ${header}` }

/** Each sends a request with these tokens; returns the id of the user it acted as, or 0 if it was rejected. */
const acts: Record<string, (tokens: Tokens) => Promise<number>> = {
  async 'a form'(tokens) {
    const fields = { video_id: String(video.id), action_type: '1', comment_text: 'who?' }
    const body = new URLSearchParams({ ...fields, ...formOf(tokens) })
    return authorOf(await api.post('/comment/action/', queryOf(tokens), { body, headers: headersOf(tokens) }))
  },
  async JSON(tokens) {
    const fields = { video_id: video.id, action_type: 1, comment_text: 'who?' }
    const body = JSON.stringify({ ...fields, ...formOf(tokens) })
    const headers = { 'content-type': 'application/json', ...headersOf(tokens) }
    return authorOf(await api.post('/comment/action/', queryOf(tokens), { body, headers }))
  },
  async 'a profile'(tokens) {
    const body = partsOf({ signature: 'who?', ...formOf(tokens) })
    const answer = await api.post('/user/update/', queryOf(tokens), { body, headers: headersOf(tokens) })
    return answer.body.status_code === 0 ? answer.body.user.id : 0
  },
  async 'an upload'(tokens) {
    const title = crypto.randomUUID()
    const body = partsOf({ data: await clip('tiny.mp4'), title, ...formOf(tokens) })
    const answer = await api.post('/publish/action/', queryOf(tokens), { body, headers: headersOf(tokens) })
    if (answer.body.status_code !== 0) return 0
    const [newest] = success(await api.get('/feed/')).video_list
    expect(newest?.title).toBe(title)
    return newest!.author.id
  },
}
const formOf = ({ form }: Tokens): Record<string, string> => (form === undefined ? {} : { token: form })
const authorOf = ({ body }: Awaited<ReturnType<Api['post']>>) => (body.status_code === 0 ? body.comment.user.id : 0)

function partsOf(fields: Record<string, string | Blob>): FormData {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value as string)
  return body
}

describe.each(Object.entries(acts))('several tokens in a request with %s', (_name, act) => {
  test('the query has precedence over the header, and the header over the body', async () => {
    expect(await act({ query: winner.token, header: other.token, form: other.token })).toBe(winner.id)
    expect(await act({ query: winner.token, header: other.token })).toBe(winner.id)
    expect(await act({ query: winner.token, form: other.token })).toBe(winner.id)
    expect(await act({ header: winner.token, form: other.token })).toBe(winner.id)
  })

  test('a bad token is not replaced by a valid one of lower precedence', async () => {
    expect(await act({ query: 'bad', header: other.token, form: other.token })).toBe(0)
    expect(await act({ header: 'bad', form: other.token })).toBe(0)
  })

  test('an empty token counts as missing', async () => {
    expect(await act({ query: '', header: winner.token, form: other.token })).toBe(winner.id)
  })
})

test('for a GET the token of the query has precedence over the header, also on cached pages', async () => {
  const headers = { authorization: `Bearer ${other.token}` }
  for (let i = 0; i < 3; i++) {
    expect(success(await api.get('/user/', { token: winner.token }, { headers })).user.id).toBe(winner.id)
    expect(success(await api.get('/user/', { token: '' }, { headers })).user.id).toBe(other.id)
    expect(success(await api.get('/user/', { token: winner.token })).user.id).toBe(winner.id)
    refused(await api.get('/user/', { token: 'bad' }, { headers }))
  }
})

test('a socket uses the token of the query, else that of the header', async () => {
  const owner = async (tokens: Tokens) => {
    const url = `${api.stack.base.replace('http', 'ws')}/douyin/message/socket/?${new URLSearchParams(queryOf(tokens))}`
    const socket = new WebSocket(url, { headers: headersOf(tokens) } as never)
    const frame = new Promise<MessageEvent>((resolve, reject) => {
      socket.addEventListener('message', resolve)
      socket.addEventListener('close', reject)
    })
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const sender = await api.person()
    for (const to of [winner, other])
      success(
        await api.post('/message/action/', { token: sender.token, to_user_id: to.id, action_type: 1, content: 'a' }),
      )
    const { message } = JSON.parse((await frame).data)
    socket.close()
    return message.to_user_id
  }
  expect(await owner({ query: winner.token, header: other.token })).toBe(winner.id)
  expect(await owner({ query: '', header: winner.token })).toBe(winner.id)
  expect(await owner({ header: other.token })).toBe(other.id)
})
