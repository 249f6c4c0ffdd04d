import { expect, test } from 'bun:test'
import { seriesText } from '../../../telemetry/series.ts'
import { site, tokenFor } from '../site.fixture.ts'

const token = await tokenFor(7)

/** The number of requests that this process counted for a route. */
function countOf(route: string): number {
  const lines = seriesText().split('\n')
  const series = lines.filter((line) => line.startsWith('douyin_http_requests_total') && line.includes(`"${route}"`))
  return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

test('two routes that share a cached page are counted separately', async () => {
  const { read } = await site(
    {
      batchGetUserDetail: async () => ({ userDetailInfoList: [{ id: 5, name: 'u' }] }),
      getViewersFacts: async () => ({ facts: [{ liked_video_id: [], followed_user_id: [] }] }),
    },
    { batchGetAuthorStats: async () => ({ authors: [] }) },
    1000,
  )
  const request = async (url: string, times: number) => {
    for (let i = 0; i < times; i++) expect((await read(url)).user.id).toBe(5)
  }
  const counts = () => [countOf('/douyin/profile/'), countOf('/douyin/user/')] as const
  const [profiles, users] = counts()
  await request('/douyin/profile/?user_id=5', 4)
  await request(`/douyin/user/?user_id=5&token=${token}`, 3)
  await request(`/douyin/profile/?user_id=5&token=${token}`, 2)
  expect(counts()).toEqual([profiles + 6, users + 3])
})
