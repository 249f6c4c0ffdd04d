import { maxIds } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { videoList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { looseTime } from '../fields.ts'
import type { Services } from '../services.ts'

const pageSize = 30

const query = v.object({ latest_time: looseTime })
const noVideos = { empty: { video_list: [], next_time: 0 } }

export const feedRoutes = (services: Services, { open, signedIn }: Endpoints) =>
  new Elysia({ prefix: '/douyin/feed' })
    .get(
      '/',
      open(
        query,
        async ({ latest_time }, caller) => {
          const page = await services.feed.getVideos({ time: latest_time, limit: pageSize, without_comment_list: true })
          return { video_list: await videoList(services, page, caller), next_time: page.next_time }
        },
        noVideos,
      ),
    )
    .get(
      '/following',
      signedIn(
        query,
        async ({ latest_time }, caller) => {
          const followed = await services.user.listFollows({ user_id: caller.viewerId, limit: maxIds })
          const page = await services.feed.listVideosOf({ user_id: followed.id, time: latest_time, limit: pageSize })
          return { video_list: await videoList(services, page, caller), next_time: page.next_time }
        },
        noVideos,
      ),
    )
