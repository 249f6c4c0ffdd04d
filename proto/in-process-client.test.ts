import { expect, test } from 'bun:test'
import { currentContext, newContext, runWith } from '@douyin/telemetry'
import { feedContract } from './contract.ts'
import { Failure, notFound, status } from './failure.ts'
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
    throw notFound('no such video')
  },
  createVideo: async () => {
    throw new Error('select secret from user')
  },
  listComments: () => hanging.promise,
} as Partial<Feed> as Feed
const feed = inProcessClient(feedContract, service, { log, deadlineMs: 5000, deadlines: { listComments: 20 } })
const asked = { videoId: [], without_comment_list: true }

test('a call without a wire gives what the service gives, works for the request that made it, and has its line', async () => {
  const work = newContext()
  const { next_time } = await runWith(work, () => feed.getVideos({ time: 5, limit: 1, without_comment_list: true }))
  expect([next_time, seen]).toEqual([5, [work.traceId]])
  expect(lines.splice(0)).toEqual([{ method: 'GetVideos', code: 'OK', ms: expect.any(Number) }])
  // Of the request itself it tells nothing.
  expect(work.fields).toEqual({})
})

test('a failure without a wire keeps its code and message', async () => {
  const failure = await runWith(newContext(), () => feed.getVideoList(asked)).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect([failure.code, failure.message]).toEqual([status.NOT_FOUND, 'no such video'])
  expect(lines.splice(0)).toMatchObject([{ method: 'GetVideoList', code: 'NOT_FOUND' }])
})

test('a bug without a wire is logged where it happened and tells the caller nothing', async () => {
  const error = await feed.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' }).catch((error) => error)
  expect(error).not.toBeInstanceOf(Failure)
  expect(String(error.cause)).not.toContain('secret')
  expect(errors).toMatchObject([{ method: 'CreateVideo', err: { message: 'select secret from user' } }])
})

test('what is asked for no request writes no line', async () => {
  await feed.getVideos({ time: 5, limit: 1, without_comment_list: true })
  expect(lines).toEqual([])
})

test('a call without a wire that takes too long fails at its deadline as it would over the wire, and its end is logged alone', async () => {
  const failure = await feed.listComments({ video_id: 1, limit: 1, before_id: 0 }).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect([failure.code, failure.message]).toEqual([
    status.UNAVAILABLE,
    'the service is not available at the moment, please try again',
  ])
  errors.length = 0
  hanging.reject(new Error('the connection was lost'))
  await Bun.sleep(0)
  expect(errors).toMatchObject([{ method: 'ListComments', err: { message: 'the connection was lost' } }])
})
