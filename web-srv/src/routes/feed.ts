import { maxIds, type VideoInfoList } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { time, video } from '../answers.ts'
import { videoList } from '../compose.ts'
import type { Caller } from '../endpoint.ts'
import { looseTime } from '../fields.ts'
import type { Pages } from '../pages.ts'
import { feedPage } from '../paging.ts'
import type { Services } from '../services.ts'

const query = v.object({
  latest_time: v.pipe(looseTime, v.description('next_time of the page before; 0, none or the future: the newest')),
})
const videos = {
  answer: {
    video_list: v.array(video),
    next_time: v.pipe(time, v.description('latest_time of the next page, 0 at the end')),
  },
  empty: { video_list: [], next_time: 0 },
}

export const feedRoutes = (services: Services, { page }: Pages) =>
  new Elysia({ prefix: '/douyin/feed' })
    .get(
      '/',
      page(
        query,
        ({ latest_time }, caller) => ({
          key: `feed ${latest_time}`,
          make: async () => {
            const newest = { time: latest_time, limit: feedPage, without_comment_list: true }
            return shown(services, await services.feed.getVideos(newest), caller)
          },
        }),
        { ...videos, summary: `The newest videos, ${feedPage} at most` },
      ),
    )
    .get(
      '/following',
      page(
        query,
        ({ latest_time }, caller) => ({
          key: `following ${caller.viewerId} ${latest_time}`,
          make: async () => {
            const followed = await services.user.listFollows({ user_id: caller.viewerId, limit: maxIds })
            const asked = { user_id: followed.id, time: latest_time, limit: feedPage }
            return shown(services, await services.feed.listVideosOf(asked), caller)
          },
        }),
        { ...videos, summary: 'The newest videos of those whom the caller follows' },
        'required',
      ),
    )

async function shown(services: Services, page: VideoInfoList, { base }: Caller) {
  const { videos, missing } = await videoList(services, page, base)
  return { fields: { video_list: videos, next_time: page.next_time }, missing }
}
