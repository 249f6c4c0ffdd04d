import { maxIds } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { time, video } from '../answers.ts'
import { videoList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { looseTime } from '../fields.ts'
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

export const feedRoutes = (services: Services, { open, signedIn }: Endpoints) =>
  new Elysia({ prefix: '/douyin/feed' })
    .get(
      '/',
      open(
        query,
        async ({ latest_time }, caller) => {
          const page = await services.feed.getVideos({ time: latest_time, limit: feedPage, without_comment_list: true })
          return { video_list: await videoList(services, page, caller), next_time: page.next_time }
        },
        { ...videos, summary: `The newest videos, ${feedPage} at most` },
      ),
    )
    .get(
      '/following',
      signedIn(
        query,
        async ({ latest_time }, caller) => {
          const followed = await services.user.listFollows({ user_id: caller.viewerId, limit: maxIds })
          const page = await services.feed.listVideosOf({ user_id: followed.id, time: latest_time, limit: feedPage })
          return { video_list: await videoList(services, page, caller), next_time: page.next_time }
        },
        { ...videos, summary: 'The newest videos of those whom the caller follows' },
      ),
    )
