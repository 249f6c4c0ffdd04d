import { expect, test } from 'bun:test'
import { currentContext, newContext, runWith } from '@douyin/telemetry'
import { feedContract } from './contract.ts'
import { Failure, status } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { inProcessClient } from './in-process-client.ts'

const lines: object[] = []
const errors: object[] = []
const log = { info: (fields: object) => void lines.push(fields), error: (fields: object) => void errors.push(fields) }
const seen: unknown[] = []
const hanging = Promise.withResolvers<never>()
const service = {
  getVideos: async ({ time }) => {
    seen.push(currentContext()?.traceId)
    return { videoInfos: [], next_time: time, authors: [] }
  },
  getVideoList: async () => {
    throw new Failure('VIDEO_NOT_FOUND', { id: 7 })
  },
  createVideo: async () => {
    throw new Error('select secret from user')
  },
  listComments: () => hanging.promise,
} as Partial<Feed> as Feed
const feed = inProcessClient(feedContract, service, { log, deadlineMs: 5000, deadlines: { listComments: 20 } })
const request = { videoId: [], without_comment_list: true }

test('an in-process call returns the result of the service, has the request context, and is logged', async () => {
  const context = newContext()
  const { next_time } = await runWith(context, () => feed.getVideos({ time: 5, limit: 1, without_comment_list: true }))
  expect([next_time, seen]).toEqual([5, [context.traceId]])
  expect(lines.splice(0)).toEqual([{ method: 'GetVideos', code: 'OK', ms: expect.any(Number) }])
  // It adds nothing to the log line of the request.
  expect(context.fields).toEqual({})
})

test('a failure of an in-process call keeps its reason and values', async () => {
  const failure = await runWith(newContext(), () => feed.getVideoList(request)).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({ code: status.NOT_FOUND, reason: 'VIDEO_NOT_FOUND', values: { id: 7 } })
  expect(lines.splice(0)).toMatchObject([{ method: 'GetVideoList', code: 'NOT_FOUND' }])
})

test('a bug in an in-process call is logged where it happened and reveals nothing to the caller', async () => {
  const error = await feed.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' }).catch((error) => error)
  expect(error).not.toBeInstanceOf(Failure)
  expect(String(error.cause)).not.toContain('secret')
  expect(errors).toMatchObject([{ method: 'CreateVideo', err: { message: 'select secret from user' } }])
})

test('an in-process call outside a request is not logged', async () => {
  await feed.getVideos({ time: 5, limit: 1, without_comment_list: true })
  expect(lines).toEqual([])
})

test('an in-process call that takes too long fails at its deadline as over the wire, and its late error is only logged', async () => {
  const failure = await feed.listComments({ video_id: 1, limit: 1, before_id: 0 }).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({ code: status.UNAVAILABLE, reason: 'UNAVAILABLE' })
  errors.length = 0
  hanging.reject(new Error('the connection was lost'))
  await Bun.sleep(0)
  expect(errors).toMatchObject([{ method: 'ListComments', err: { message: 'the connection was lost' } }])
})
