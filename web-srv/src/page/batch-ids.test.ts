import { expect, test } from 'bun:test'
import { currentContext } from '@douyin/telemetry'
import { site, tokenFor } from '../site.fixture.ts'

const [first, second] = ['a', 'b'].map((digit) => digit.repeat(32)) as [string, string]
const tokens = await Promise.all([tokenFor(7), tokenFor(8)])
const video = { id: 3, userId: 9, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 't', favorite_count: 1, comment_count: 0 }
const stats = { user_id: 9, work_count: 1, total_favorited: 1 }
const done = { code: 0, message: '' }

/** Both services, which note for every call under which id it is made and for how many. */
function services() {
  const calls: { method: string; id: string | undefined; of: number }[] = []
  const seen = (method: string, of: unknown[]) => calls.push({ method, id: currentContext()?.traceId, of: of.length })
  const user = {
    async batchGetUserDetail({ user_id }: { user_id: number[] }) {
      seen('profiles', user_id)
      return { userDetailInfoList: user_id.map((id) => ({ id, name: 'u' })) }
    },
    async getPageFacts({ user_id }: { user_id: number[] }) {
      seen('page facts', user_id)
      return { profiles: user_id.map((id) => ({ id, name: 'u' })), like_counts: [] }
    },
    async getViewersFacts({ questions }: { questions: { viewer_id: number[] }[] }) {
      const viewers = questions.flatMap(({ viewer_id }) => viewer_id)
      seen('viewers', viewers)
      return { facts: viewers.map(() => ({ liked_video_id: [], followed_user_id: [] })) }
    },
    async favoriteActions({ actions }: { actions: object[] }) {
      seen('likes', actions)
      return { outcomes: actions.map(() => done) }
    },
    async relationActions({ actions }: { actions: object[] }) {
      seen('follows', actions)
      return { outcomes: actions.map(() => done) }
    },
  }
  const feed = {
    getVideos: async () => ({ videoInfos: [video], next_time: 0, authors: [stats] }),
    async addComments({ comments }: { comments: { userId: number }[] }) {
      seen('comments', comments)
      const content = { id: 1, str: 'x', create_time: 5, author: stats }
      return { outcomes: comments.map(({ userId }) => ({ ...done, content: { ...content, userId } })) }
    },
  }
  return { calls, user, feed }
}

const requests: [method: string, made: string, path: string, parameters: string][] = [
  ['POST', 'likes', '/douyin/favorite/action/', 'video_id=3&action_type=1'],
  ['POST', 'follows', '/douyin/relation/action/', 'to_user_id=9&action_type=1'],
  ['POST', 'comments', '/douyin/comment/action/', 'video_id=3&action_type=1&comment_text=x'],
  ['GET', 'viewers', '/douyin/feed/', 'latest_time=0'],
]

for (const [method, made, path, parameters] of requests) {
  test(`two concurrent requests for ${path} share a call that has an id of its own, which the log lines of both name`, async () => {
    const { calls, user, feed } = services()
    const { get, logged } = await site(user, feed, 1000)
    const ask = (id: string, token: string) =>
      get(`${path}?token=${token}&${parameters}`, { method, headers: { traceparent: `00-${id}-${'1'.repeat(16)}-01` } })
    // A token that is not cached yet takes its own time to verify, so the two requests would not be concurrent.
    await Promise.all(tokens.map((token) => get(`/douyin/feed/?latest_time=1&token=${token}`)))
    calls.length = 0
    logged.length = 0
    const answers = await Promise.all([ask(first, tokens[0]!), ask(second, tokens[1]!)])
    expect((await Promise.all(answers.map((one) => one.text()))).map((one) => JSON.parse(one).status_code)).toEqual([
      0, 0,
    ])
    const shared = calls.filter(({ of }) => of > 1)
    expect(shared.map(({ method }) => method)).toContain(made)
    const ids = shared.map(({ id }) => id)
    expect([first, second, undefined].filter((id) => ids.includes(id))).toEqual([])
    const named = logged.filter(({ route }) => route === path).map((line) => line.batch_ids as string[])
    expect(named).toHaveLength(2)
    for (const { id } of shared) expect(named.every((ids) => ids.includes(id!))).toBe(true)
  })
}

test('a call for one request has the id of that request', async () => {
  const { calls, user, feed } = services()
  const { get, logged } = await site(user, feed, 0)
  const headers = { traceparent: `00-${first}-${'1'.repeat(16)}-01` }
  await get(`/douyin/relation/action/?token=${tokens[0]}&to_user_id=9&action_type=1`, { method: 'POST', headers })
  expect(calls).toEqual([{ method: 'follows', id: first, of: 1 }])
  expect(logged.map((line) => line.batch_ids)).toEqual([undefined])
})
