import { Failure } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { videoList } from '../compose.ts'
import { idParameter } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { video as videoSchema } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'

export const videoRoutes = (services: Services, { page }: PageEndpoints) =>
  new Elysia({ prefix: '/douyin/video' }).get(
    '/',
    page(
      v.object({ video_id: idParameter('video_id') }),
      ({ video_id }, { base }) => ({
        key: `video ${video_id}`,
        subject: `video ${video_id}`,
        make: async () => {
          const page = await services.feed.getVideoList({ videoId: [video_id], without_comment_list: true })
          const { videos, missing } = await videoList(services, page, base)
          const [video] = videos
          if (!video) throw new Failure('VIDEO_NOT_FOUND', { id: video_id })
          return { fields: { video }, missing }
        },
      }),
      { summary: 'One video', answer: { video: videoSchema } },
    ),
  )
