import { notFound } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { video as videoSchema } from '../answers.ts'
import { videoList } from '../compose.ts'
import type { Endpoints } from '../endpoint.ts'
import { id } from '../fields.ts'
import type { Services } from '../services.ts'

export const videoRoutes = (services: Services, { open }: Endpoints) =>
  new Elysia({ prefix: '/douyin/video' }).get(
    '/',
    open(
      v.object({ video_id: id('video_id') }),
      async ({ video_id }, caller) => {
        const page = await services.feed.getVideoList({ videoId: [video_id], without_comment_list: true })
        const [video] = await videoList(services, page, caller)
        if (!video) throw notFound(`no video ${video_id}`)
        return { video }
      },
      { summary: 'One video', answer: { video: videoSchema } },
    ),
  )
