import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { longOrShort } from '../faults/run-length.ts'
import { recordFigure } from '../goal-table.ts'
import { type Answer, type Comment, eventually, success } from '../http/answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'
import { changes, chatOf, feedOf, friendsOf, type ModelVideo, newWorld, profileOf, type World } from './model.ts'
import { fuzzSeed } from './run-inputs.ts'

const people = 4
const runs = longOrShort(60, 6)
const steps = 60
const seed = fuzzSeed()

let api: Api
let film: Blob
beforeAll(async () => {
  api = await startTestApi({ ...paintedCovers })
  film = await clip('tiny.mp4')
}, startLimitMs)
afterAll(() => api?.close())

/** A number selects one of the people, videos or comments that exist at that step. */
const person = fc.nat(people - 1)
const any = fc.nat(1000)
const text = fc.constantFrom('hello', '你好 🎬', "'; --", ' x ', '<b>', 'a'.repeat(1000))
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('follow' as const, 'unfollow' as const), who: person, whom: person }),
  fc.record({ kind: fc.constantFrom('like' as const, 'unlike' as const, 'remove' as const), who: person, video: any }),
  fc.record({ kind: fc.constant('comment' as const), who: person, video: any, text }),
  fc.record({ kind: fc.constant('uncomment' as const), who: person, video: any, comment: any }),
  fc.record({ kind: fc.constant('publish' as const), who: person }),
  fc.record({ kind: fc.constant('send' as const), who: person, whom: person, text }),
  fc.record({ kind: fc.constant('sign' as const), who: person, text: fc.constantFrom('', 'I film birds', '签名') }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** Runs a step in the product and in the model, and compares their answers. */
async function take(world: World, all: Person[], one: Step): Promise<void> {
  const me = all[one.who]!
  const { token } = me
  const at = 'video' in one && world.videos.length > 0 ? world.videos[one.video % world.videos.length] : undefined
  const video_id = at?.id ?? 1_999_999_999
  const expectSame = (answer: Answer, expected: boolean) =>
    expect([one, answer.http, answer.body.status_code === 0, answer.body.status_msg]).toEqual([
      one,
      200,
      expected,
      expect.any(String),
    ])
  const switched = (isOn: boolean) => ({ token, action_type: isOn ? 1 : 2 })
  switch (one.kind) {
    case 'follow':
    case 'unfollow': {
      const request = { ...switched(one.kind === 'follow'), to_user_id: all[one.whom]!.id }
      return expectSame(await api.post('/relation/action/', request), changes[one.kind](world, one.who, one.whom))
    }
    case 'like':
    case 'unlike': {
      const answer = await api.post('/favorite/action/', { ...switched(one.kind === 'like'), video_id })
      return expectSame(answer, changes[one.kind](at, one.who))
    }
    case 'comment': {
      const answer = await api.post('/comment/action/', { ...switched(true), video_id, comment_text: one.text })
      expectSame(answer, changes.canComment(at))
      const { comment }: { comment?: Comment } = answer.body
      if (at && comment) at.comments.push({ id: comment.id, author: one.who, text: one.text })
      return
    }
    case 'uncomment': {
      const ids = at?.comments.map(({ id }) => id) ?? []
      const comment_id = ids[one.comment % Math.max(1, ids.length)] ?? 1_999_999_999
      const answer = await api.post('/comment/action/', { ...switched(false), video_id, comment_id })
      return expectSame(answer, changes.uncomment(at, one.who, comment_id))
    }
    case 'publish': {
      const title = `video ${world.videos.length}`
      success(await api.publish({ data: film, token, title }))
      const { id } = (await api.videosOf(me))[0]!
      const video: ModelVideo = { id, author: one.who, title, isGone: false, likedBy: [], comments: [] }
      world.videos.push(video)
      return
    }
    case 'remove':
      return expectSame(await api.post('/publish/delete/', { token, video_id }), changes.remove(at, one.who))
    case 'send': {
      const request = { ...switched(true), to_user_id: all[one.whom]!.id, content: one.text }
      return expectSame(await api.post('/message/action/', request), changes.send(world, one.who, one.whom, one.text))
    }
    case 'sign':
      success(await api.post('/user/update/', { token, signature: one.text }))
      world.signatures[one.who] = one.text
  }
}

/** The view of each user in the product. */
async function seen(world: World, all: Person[]) {
  const ids = new Set(world.videos.map(({ id }) => id))
  return Promise.all(
    all.map(async (me) => {
      const { follow_count, follower_count, signature, work_count, total_favorited, favorite_count } =
        await api.profile(me, me)
      const feed = success(await api.get('/feed/', { token: me.token })).video_list.filter(({ id }) => ids.has(id))
      const friends = success(await api.get('/relation/friend/list/', { token: me.token, user_id: me.id })).user_list
      const chats = await Promise.all(
        all.map(async (other) => {
          if (other === me) return []
          const { body } = await api.get('/message/chat/', { token: me.token, to_user_id: other.id })
          const { message_list = [] }: { message_list?: { from_user_id: number; content: string }[] } = JSON.parse(
            JSON.stringify(body),
          )
          return message_list.map(({ from_user_id, content }) => ({
            from: all.findIndex(({ id }) => id === from_user_id),
            content,
          }))
        }),
      )
      return {
        profile: { follow_count, follower_count, signature, work_count, total_favorited, favorite_count },
        feed: feed.map(({ id, title, favorite_count, comment_count, is_favorite, author }) => {
          return { id, title, favorite_count, comment_count, is_favorite, is_follow: author.is_follow }
        }),
        friends: friends.map(({ id }) => all.findIndex((one) => one.id === id)).sort(),
        chats,
      }
    }),
  )
}

/** The view of each user in the model. */
const expected = (world: World) =>
  Array.from({ length: people }, (_, me) => ({
    profile: profileOf(world, me),
    feed: feedOf(world, me).slice(0, 30),
    friends: friendsOf(world, me, people),
    chats: Array.from({ length: people }, (_, other) => (other === me ? [] : chatOf(world, me, other))),
  }))

test('for random actions in random order, every answer, list and count equals that of a small model', async () => {
  let stepCount = 0
  const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: steps, size: 'max' }), async (todo) => {
    const all = await api.people(people)
    const world = newWorld(people)
    for (const one of todo) await take(world, all, one)
    stepCount += todo.length
    await eventually(() => seen(world, all), expected(world))
  })
  await fc.assert(property, { numRuns: runs, seed, interruptAfterTimeLimit: 400_000 })
  recordFigure('model of the product', 'all agree', `${stepCount} steps in ${runs} runs, seed ${seed}`)
}, 600_000)
