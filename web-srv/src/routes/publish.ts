import { checkText, Failure, limits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import { guest, userList, videoList } from '../compose.ts'
import { nextCursor, pageFields, pageSize, readCursor } from '../endpoint/cursor.ts'
import {
  bearer,
  type Caller,
  callerKey,
  check,
  type Endpoints,
  type HandlerInput,
  idleSeconds,
  requireSignedIn,
} from '../endpoint/endpoint.ts'
import { idempotencyKey, idParameter, notBlank, required, timeParameter } from '../endpoint/fields.ts'
import type { PageEndpoints } from '../endpoint/page-endpoint.ts'
import { queryParameters } from '../endpoint/parameters.ts'
import { nextPage, video } from '../endpoint/response-schemas.ts'
import { type EndpointSpec, withSpec } from '../endpoint/spec.ts'
import { failure, success } from '../http/envelope.ts'
import { acceptVideo, type MediaPipeline } from '../media/upload/accept.ts'
import { receiveUpload, type Upload } from '../media/upload/receive.ts'
import type { UploadGuards } from '../media/upload/upload-guard.ts'
import { uploadQuota } from '../media/upload/upload-quota.ts'
import type { DrawCover } from '../media/video/cover.ts'
import type { Services } from '../services.ts'

const coverTime = v.pipe(
  timeParameter('cover_time'),
  v.description('ms from the start of the video: the frame shown there is the cover; behind the end the last frame'),
)
const form = v.object({
  title: required('title', { ...notBlank, maxLength: limits.title_characters, examples: ['a walk'] }),
  cover_time: v.optional(coverTime),
  upload_id: idempotencyKey('upload_id', 'an upload is published'),
})
const publishSpec: EndpointSpec = {
  summary: 'Publish a video',
  notes: 'MP4, MOV or WebM. The fields may come in the query or the form, before the file or after it.',
  input: form,
  files: { data: { about: 'the video', example: 'clip.mp4', required: true } },
  body: 'streamed',
  answer: {},
  token: 'required',
  rule: 'publish',
}

/** Allowance for the parts of a form beside its file. */
const otherPartsBytes = 1 << 20

export const publishRoutes = (
  services: Services,
  { page, signedIn, identify, rateLimit, log }: Endpoints & PageEndpoints,
  pipeline: MediaPipeline,
  guards: UploadGuards,
) => {
  const demandQuota = uploadQuota(services.feed, rateLimit.isOn ? pipeline.limits?.quota : undefined)

  /** Streams the form to disk. The token may come before the file, after it or in the query. */
  async function publish({ request, server }: HandlerInput): Promise<Response> {
    try {
      // receiveUpload applies the time limits of uploads.
      server?.timeout(request, 0)
      const query = queryParameters(request)
      const earlyCaller = await identify(request, server, query)
      if (earlyCaller.viewerId === 0 && (query.token || bearer(request))) requireSignedIn(earlyCaller)
      rateLimit.count(earlyCaller.viewerId > 0 ? 'publish' : 'unknown_upload', callerKey(earlyCaller))
      const upload = await receive({ request, server }, earlyCaller, query)
      try {
        const parameters = merged(upload.fields, query)
        const caller = await identify(request, server, parameters)
        requireSignedIn(caller)
        if (earlyCaller.viewerId === 0) rateLimit.count('publish', callerKey(caller))
        return success(await store(check(form, parameters), upload, caller))
      } finally {
        await upload.discard()
      }
    } catch (error) {
      return failure(error, request, log)
    } finally {
      server?.timeout(request, idleSeconds)
    }
  }

  /** Stores no byte of a file after an invalid token, and only a limited number of bytes before the token has come. */
  function receive(
    { request, server }: HandlerInput,
    earlyCaller: Caller,
    query: Record<string, string>,
  ): Promise<Upload> {
    // The whole form, which may have other parts beside the file.
    const expectedBytes = Number(request.headers.get('content-length') ?? 0)
    let { viewerId } = earlyCaller
    const guard = guards({
      key: callerKey(earlyCaller),
      isKnown: earlyCaller.viewerId > 0,
      expectedBytes,
      admit: (fields) =>
        demandQuota(viewerId, Math.max(0, expectedBytes - otherPartsBytes), merged(fields, query).upload_id),
      async identify(fields) {
        if (!fields.token) return undefined
        const caller = await identify(request, server, merged(fields, query))
        requireSignedIn(caller)
        viewerId = caller.viewerId
        return callerKey(caller)
      },
    })
    return receiveUpload(request, pipeline.storage, pipeline.limits, guard)
  }

  async function store(input: v.InferOutput<typeof form>, { file }: Upload, caller: Caller): Promise<object> {
    const { title, cover_time: coverMs, upload_id } = input
    checkText('title', title.trim(), limits.title_characters)
    if (!file) throw new Failure('VIDEO_MISSING')
    // feed-srv does not know whether the user exists, and an outage of user-srv must not let anybody in.
    const [user] = await userList(services, [caller.viewerId], guest(caller))
    if (!user) throw new Failure('ACCOUNT_GONE')
    await demandQuota(caller.viewerId, file.bytes, upload_id)
    const drawCover: DrawCover = (video, directory) => pipeline.drawCover({ ...video, coverMs }, directory)
    const { bytes } = file
    const content_hash = hashOf([file.sha256, title, coverMs ?? null])
    await acceptVideo(file, { ...pipeline, drawCover }, ({ videoKey: playUrl, coverKey: coverUrl }) =>
      services.feed.createVideo({
        userId: caller.viewerId,
        playUrl,
        coverUrl,
        title,
        bytes,
        upload_id,
        content_hash,
      }),
    )
    return {}
  }

  return new Elysia({ prefix: '/douyin/publish' })
    .post('/action', withSpec(publish, publishSpec), { parse: 'none' })
    .post(
      '/delete',
      signedIn(
        v.object({ video_id: idParameter('video_id') }),
        async ({ video_id }, { viewerId }) => services.feed.deleteVideo({ user_id: viewerId, video_id }),
        {
          summary: 'Take one’s own video away',
          notes: 'It is gone everywhere within 5 s, its files, comments and likes with it.',
          answer: {},
          rule: 'delete',
        },
      ),
    )
    .get(
      '/list',
      page(
        v.object({ user_id: idParameter('user_id'), ...pageFields }),
        ({ user_id, ...paging }, caller) => ({
          key: `works ${user_id} ${JSON.stringify(paging)}`,
          subject: `user ${user_id}`,
          make: async () => {
            const list = `works-${user_id}`
            const limit = pageSize(paging)
            const before_time = readCursor(list, paging)?.time ?? 0
            const [page, [user]] = await Promise.all([
              services.feed.listAuthorVideos({ user_id, limit, before_time }),
              userList(services, [user_id], guest(caller)),
            ])
            if (!user) throw new Failure('USER_NOT_FOUND', { id: user_id })
            const isFull = page.videoInfos.length === limit
            const next = nextCursor(list, paging, isFull ? { time: page.next_time } : undefined)
            const { videos, missing } = await videoList(services, page, caller.base)
            return { fields: { video_list: videos, ...next }, missing }
          },
        }),
        {
          summary: 'The videos that a user published, newest first',
          answer: { video_list: v.array(video), ...nextPage },
          empty: { video_list: [] },
        },
      ),
    )
}

/** The same for two attempts at one upload, although the files that are made of it may differ. */
const hashOf = (parts: unknown[]) => new Bun.CryptoHasher('sha256').update(JSON.stringify(parts)).digest('hex')

/** The query wins. An empty token in the query counts as none. */
const merged = (fields: Record<string, string>, query: Record<string, string>) => {
  const all = { ...fields, ...query }
  return query.token || fields.token === undefined ? all : { ...all, token: fields.token }
}
