import { Elysia } from 'elysia'
import * as v from 'valibot'
import { videoList } from '../compose.ts'
import { nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { actionType, idParameter } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { nextPage, video } from '../endpoint/response-schemas.ts'
import type { Services } from '../services.ts'

export const favoriteRoutes = (services: Services, { page, signedIn }: Endpoints & PageEndpoints) =>
  new Elysia({ prefix: '/douyin/favorite' })
    .post(
      '/action',
      signedIn(
        v.object({ video_id: idParameter('video_id'), action_type: actionType }),
        async ({ video_id, action_type }, { viewerId }) =>
          services.user.favoriteAction({ userId: viewerId, videoId: video_id, actionType: action_type }),
        {
          summary: 'Like a video (1) or take it back (2)',
          notes: 'Liking twice counts once.',
          answer: {},
          rule: 'favorite',
        },
      ),
    )
    .get(
      '/list',
      page(
        v.object({ user_id: idParameter('user_id'), ...pageFields }),
        ({ user_id, ...paging }, { base }) => ({
          key: `likes ${user_id} ${JSON.stringify(paging)}`,
          subject: `user ${user_id}`,
          make: async () => {
            const list = `likes-${user_id}`
            const after = readCursor(list, paging)
            const liked = await services.user.listFavorites({ user_id, limit: pageSize(paging), after })
            const page = await services.feed.getVideoList({ videoId: liked.id, without_comment_list: true })
            const { videos, missing } = await videoList(services, page, base)
            return { fields: { video_list: videos, ...nextCursor(list, paging, liked.next) }, missing }
          },
        }),
        {
          summary: 'The videos that a user likes, newest like first',
          answer: { video_list: v.array(video), ...nextPage },
          empty: { video_list: [] },
        },
      ),
    )
