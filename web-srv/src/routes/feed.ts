import { type Feed, maxFollowsInFeed, maxIds, type VideoInfoList } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { videoList } from '../compose.ts'
import { feedPageSize } from '../endpoint/cursor.ts'
import type { Caller } from '../endpoint/endpoint.ts'
import { looseTime } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { time, video } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'

const query = v.object({
  latest_time: v.pipe(
    looseTime,
    v.description('next_time of the page before; under 1e11 in seconds; 0, the future or what is no time: the newest'),
  ),
})
const videos = {
  answer: {
    video_list: v.array(video),
    next_time: v.pipe(time, v.description('latest_time of the next page, 0 at the end')),
  },
  empty: { video_list: [], next_time: 0 },
}

export const feedRoutes = (services: Services, { page }: PageEndpoints) =>
  new Elysia({ prefix: '/douyin/feed' })
    .get(
      '/',
      page(
        query,
        ({ latest_time }, caller) => ({
          key: `feed ${latest_time}`,
          make: async () => {
            const request = { time: latest_time, limit: feedPageSize, without_comment_list: true }
            return videoPage(services, await services.feed.getVideos(request), caller)
          },
        }),
        { ...videos, summary: `The newest videos, ${feedPageSize} at most` },
      ),
    )
    .get(
      '/following',
      page(
        query,
        ({ latest_time }, caller) => ({
          key: `following ${caller.viewerId} ${latest_time}`,
          make: async () => {
            const request = { user_id: caller.viewerId, limit: maxFollowsInFeed }
            const followed = await services.user.listFollows(request)
            return videoPage(services, await videosOf(services.feed, followed.id, latest_time), caller)
          },
        }),
        {
          ...videos,
          summary: 'The newest videos of those whom the caller follows',
          notes: `Of the ${maxFollowsInFeed} whom the caller has followed last.`,
        },
        'required',
      ),
    )

/** One page of the videos of these authors. Each call names as many authors as allowed. */
async function videosOf(feed: Feed, authorIds: number[], time: number): Promise<VideoInfoList> {
  const calls = Array.from({ length: Math.ceil(authorIds.length / maxIds) }, (_, i) => {
    const user_id = authorIds.slice(i * maxIds, (i + 1) * maxIds)
    return feed.listVideosOf({ user_id, time, limit: feedPageSize })
  })
  const pages = await Promise.all(calls)
  const newestFirst = pages.flatMap((page) => page.videoInfos).sort((a, b) => b.create_time - a.create_time)
  const videoInfos = newestFirst.slice(0, feedPageSize)
  return { videoInfos, next_time: videoInfos.at(-1)?.create_time ?? 0, authors: pages.flatMap((page) => page.authors) }
}

async function videoPage(services: Services, page: VideoInfoList, { base }: Caller) {
  const { videos, missing } = await videoList(services, page, base)
  return { fields: { video_list: videos, next_time: page.next_time }, missing }
}
