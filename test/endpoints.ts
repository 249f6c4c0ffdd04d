import { type Answer, type Api, ok, type Person, password } from './api.ts'

/** The data that the requests refer to: one of everything. */
export interface World {
  anna: Person
  bob: Person
  /** Bob's video, which Anna has liked and commented. */
  videoId: number
  clip: Blob
}

export async function makeWorld({ get, post, publish, register }: Api, clip: Blob): Promise<World> {
  const [anna, bob] = [await register('anna'), await register('bob')]
  ok(await publish(bob, 'a clip', clip))
  const videoId = ok(await get('/douyin/feed/')).video_list[0]!.id
  const { token } = anna
  ok(await post('/douyin/favorite/action/', { token, video_id: videoId, action_type: 1 }))
  ok(await post('/douyin/comment/action/', { token, video_id: videoId, action_type: 1, comment_text: 'nice' }))
  ok(await post('/douyin/relation/action/', { token, to_user_id: bob.id, action_type: 1 }))
  return { anna, bob, videoId, clip }
}

/**
 * A request to most endpoints: all of the camp but friends and messages, which do not always need both services. Each
 * request succeeds when all services are up, however often it is sent.
 */
export function everyEndpoint(
  { get, post, publish }: Api,
  { anna, bob, videoId, clip }: World,
): Record<string, () => Promise<Answer>> {
  const { token } = anna
  const about = { token, video_id: videoId }
  const credentials = { username: 'anna', password }
  const stranger = () => ({ username: crypto.randomUUID().slice(0, 32), password })
  return {
    'feed of a guest': () => get('/douyin/feed/'),
    feed: () => get('/douyin/feed/', { token }),
    register: () => post('/douyin/user/register/', stranger()),
    login: () => post('/douyin/user/login/', credentials),
    user: () => get('/douyin/user/', { token, user_id: bob.id }),
    'publish/action': () => publish(anna, 'another clip', clip),
    'publish/list': () => get('/douyin/publish/list/', { token, user_id: bob.id }),
    'favorite/action': () => post('/douyin/favorite/action/', { ...about, action_type: 1 }),
    'favorite/list': () => get('/douyin/favorite/list/', { token, user_id: anna.id }),
    'comment/action': () => post('/douyin/comment/action/', { ...about, action_type: 1, comment_text: 'again' }),
    'comment/list': () => get('/douyin/comment/list/', about),
    'relation/action': () => post('/douyin/relation/action/', { token, to_user_id: bob.id, action_type: 1 }),
    'relation/follow/list': () => get('/douyin/relation/follow/list/', { token, user_id: anna.id }),
    'relation/follower/list': () => get('/douyin/relation/follower/list/', { token, user_id: bob.id }),
  }
}

export interface Timed {
  name: string
  answer?: Answer
  /** The error, if there is no answer. */
  error?: string
  ms: number
}

/** Sends all the requests concurrently. */
export function requestAll(endpoints: Record<string, () => Promise<Answer>>): Promise<Timed[]> {
  return Promise.all(
    Object.entries(endpoints).map(async ([name, send]) => {
      const startMs = performance.now()
      const result = await send().then(
        (answer) => ({ answer }),
        (error) => ({ error: String(error) }),
      )
      return { name, ...result, ms: performance.now() - startMs }
    }),
  )
}

/** The answers that did not name the failure in the envelope, or came too late. */
export const unclear = (results: Timed[], limitMs: number) =>
  results.filter(({ answer, ms }) => {
    const isClear = answer?.http === 200 && answer.status_code > 0 && answer.status_msg !== 'internal error'
    return !isClear || ms > limitMs
  })

export const failed = (results: Timed[]) =>
  results.filter(({ answer }) => answer?.http !== 200 || answer.status_code !== 0)
