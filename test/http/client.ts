import { type Stack, type StackOptions, startStack } from '../stack.ts'
import { type Answer, readAnswer, success, type User, type Video } from './answers.ts'
import { clip } from './clips.ts'

export type Parameters = Record<string, string | number | undefined>

export interface Person {
  id: number
  name: string
  token: string
}

/** A client of one stack. As in the app, parameters are in the query, for POST too. */
export interface Api {
  stack: Stack
  get(path: string, parameters?: Parameters, init?: RequestInit): Promise<Answer>
  post(path: string, parameters?: Parameters, init?: RequestInit): Promise<Answer>
  /** Uploads a form with its parts in this order. */
  publish(form: Record<string, string | Blob>, parameters?: Parameters): Promise<Answer>
  /** Registers a user with a unique name. */
  person(): Promise<Person>
  people(count: number): Promise<Person[]>
  /** Publishes a video of this author; returns it as the author sees it. */
  video(author: Person, title?: string, data?: Blob): Promise<Video>
  videosOf(author: Person, viewer?: Person): Promise<Video[]>
  profile(user: Person, viewer?: Person): Promise<User>
  /** The number of rows of a table of user-srv or feed-srv. */
  rows(table: string): Promise<number>
  close(): Promise<void>
}

export const startLimitMs = 60_000
export const password = 'A-pass-word 9'

/** For tests that do not look at covers: to draw one with ffmpeg takes 0.1 s. */
export const paintedCovers: StackOptions = { env: { FFMPEG_PATH: 'none' } }

export async function startTestApi(options: StackOptions = {}): Promise<Api> {
  const stack = await startStack(options)
  const api: Api = {
    stack,
    ...requests(stack.base),
    person: async () => (await api.people(1))[0]!,
    people: (count) => Promise.all(Array.from({ length: count }, () => register(api))),

    async video(author, title = `video ${crypto.randomUUID()}`, data) {
      success(await api.publish({ data: data ?? (await clip('tiny.mp4')), token: author.token, title }))
      const video = (await api.videosOf(author, author)).find((one) => one.title === title)
      if (!video) throw new Error('the video just published is not listed')
      return video
    },

    async videosOf({ id }, viewer) {
      return success(await api.get('/publish/list/', { user_id: id, ...tokenOf(viewer) })).video_list
    },

    async profile({ id }, viewer) {
      return success(await api.get('/user/', { user_id: id, token: (viewer ?? (await api.person())).token })).user
    },

    async rows(table) {
      const isUsers = ['user', 'follow', 'favorite', 'message'].includes(table)
      const database = isUsers ? stack.userDatabase : stack.feedDatabase
      const [row] = await database.query('select count(*) as number from ??', [table])
      return Number(row?.number)
    },

    close: () => stack.stop(),
  }
  return api
}

export const tokenOf = (viewer: Person | undefined) => (viewer ? { token: viewer.token } : {})

/** The methods to call the API at `base`. */
export function requests(base: string): Pick<Api, 'get' | 'post' | 'publish'> {
  const send = async (method: string, path: string, parameters: Parameters = {}, init: RequestInit = {}) => {
    const url = `${base}/douyin${path}${queryOf(parameters)}`
    return readAnswer(await fetch(url, { method, redirect: 'manual', ...init }))
  }
  return {
    get: (path, parameters, init) => send('GET', path, parameters, init),
    post: (path, parameters, init) => send('POST', path, parameters, init),
    publish(form, parameters) {
      const body = new FormData()
      for (const [name, value] of Object.entries(form)) body.append(name, value as string)
      return send('POST', '/publish/action/', parameters, { body })
    },
  }
}

export function queryOf(parameters: Parameters): string {
  const present = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const entries = present.map(([name, value]): [string, string] => [name, String(value)])
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`
}

async function register(api: Api): Promise<Person> {
  const name = `user ${crypto.randomUUID().slice(0, 13)}`
  const { user_id, token } = success(await api.post('/user/register/', { username: name, password }))
  return { id: user_id, name, token }
}

/** Runs `work` for each index below `count`, at most `concurrency` at a time. */
export async function inTurns<T>(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const done: T[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const index = next++
      done[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return done
}
