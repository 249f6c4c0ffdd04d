import type { UserView, VideoView } from '../web-srv/src/views.ts'

/** A response of the HTTP API. Of the fields below status_msg only those of the called endpoint are present. */
export interface Answer {
  http: number
  status_code: number
  status_msg: string
  user_id: number
  token: string
  user: UserView
  video_list: VideoView[]
  user_list: UserView[]
  comment_list: CommentView[]
  comment: CommentView
  next_time: number
}

interface CommentView {
  id: number
  user: UserView
  content: string
  create_date: string
}

export type Parameters = Record<string, string | number>

export interface Person {
  id: number
  name: string
  token: string
}

export type Api = ReturnType<typeof api>

const limitMs = 20_000
export const password = 'correct horse'

/** Calls the HTTP API as the app does: with parameters in the query. */
export function api(base: string) {
  async function call(method: string, path: string, parameters: Parameters = {}, body?: FormData): Promise<Answer> {
    const query = new URLSearchParams(
      Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])),
    )
    const answer = await fetch(`${base}${path}?${query}`, { method, body, signal: AbortSignal.timeout(limitMs) })
    return { http: answer.status, ...((await answer.json()) as object) } as Answer
  }

  const get = (path: string, parameters?: Parameters) => call('GET', path, parameters)
  const post = (path: string, parameters?: Parameters) => call('POST', path, parameters)

  return {
    get,
    post,

    async register(name: string): Promise<Person> {
      const { user_id, token } = ok(await post('/douyin/user/register/', { username: name, password }))
      return { id: user_id, name, token }
    },

    publish({ token }: Person, title: string, file: Blob): Promise<Answer> {
      const form = new FormData()
      form.set('data', file, 'clip')
      form.set('token', token)
      form.set('title', title)
      return call('POST', '/douyin/publish/action/', {}, form)
    },
  }
}

/** Returns the answer, or throws if it is no success. */
export function ok(answer: Answer): Answer {
  if (answer.http !== 200 || answer.status_code !== 0) throw new Error(`not a success: ${JSON.stringify(answer)}`)
  return answer
}
