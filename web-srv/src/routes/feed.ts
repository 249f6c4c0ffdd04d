import { Elysia } from 'elysia'
import * as v from 'valibot'
import { videoList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { looseTime } from '../fields.ts'
import type { Services } from '../services.ts'

const pageSize = 30

export const feedRoutes = (services: Services, { open }: Endpoints) =>
  new Elysia({ prefix: '/douyin/feed' }).get(
    '/',
    open(
      v.object({ latest_time: looseTime }),
      async ({ latest_time }, caller) => {
        const page = await services.feed.getVideos({ time: latest_time, limit: pageSize, without_comment_list: true })
        return { video_list: await videoList(services, page, caller), next_time: page.next_time }
      },
      { empty: { video_list: [], next_time: 0 } },
    ),
  )
