import { expect, test } from 'bun:test'
import { seriesText } from '../../../telemetry/series.ts'
import { site, tokenOf } from '../site.fixture.ts'

const token = await tokenOf(7)

/** How often requests of a route were counted in this process. */
function countOf(route: string): number {
  const lines = seriesText().split('\n')
  const of = lines.filter((line) => line.startsWith('douyin_http_requests_total') && line.includes(`"${route}"`))
  return of.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

test('two routes that share a page are each counted as themselves, also when the page is there already', async () => {
  const { read } = await site(
    {
      batchGetUserDetail: async () => ({ userDetailInfoList: [{ id: 5, name: 'u' }] }),
      getViewersFacts: async () => ({ facts: [{ liked_video_id: [], followed_user_id: [] }] }),
    },
    { batchGetAuthorStats: async () => ({ authors: [] }) },
    1000,
  )
  const ask = async (url: string, times: number) => {
    for (let i = 0; i < times; i++) expect((await read(url)).user.id).toBe(5)
  }
  const counts = () => [countOf('/douyin/profile/'), countOf('/douyin/user/')] as const
  const [profiles, users] = counts()
  await ask('/douyin/profile/?user_id=5', 4)
  await ask(`/douyin/user/?user_id=5&token=${token}`, 3)
  await ask(`/douyin/profile/?user_id=5&token=${token}`, 2)
  expect(counts()).toEqual([profiles + 6, users + 3])
})
