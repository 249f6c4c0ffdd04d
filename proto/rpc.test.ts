import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Client, credentials, type MethodDefinition, type ServiceError } from '@grpc/grpc-js'
import { connect } from './client.ts'
import { feedContract, healthContract } from './contract.ts'
import { Failure, status } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { type RunningServer, serve } from './server.ts'

const logged: object[] = []
let ready = true
const arrived = Promise.withResolvers<void>()
const held = Promise.withResolvers<void>()

const feed = {
  getVideos: async ({ time, limit }) => ({
    videoInfos: Array.from({ length: limit }, (_, i) => ({ ...video, id: i + 1, title: '标题 🎬'.repeat(20) })),
    next_time: time,
    authors: [],
  }),
  getVideoList: async () => {
    throw new Failure('TEXT_TOO_LONG', { field: 'title', max: 255 })
  },
  createVideo: async () => {
    throw new Error('select secret from user')
  },
  updateVideoInfo: async () => {
    arrived.resolve()
    await held.promise
    return {}
  },
  getVideoComIdList: () => new Promise(() => {}),
  deleteVideo: async () => {
    throw new Failure('NOT_YOUR_VIDEO')
  },
  addComment: async () => {
    throw new Failure('TOO_MANY_SIGN_INS')
  },
  batchGetComment: async () => ({ contentList: [{ ...comment, str: 'x'.repeat(17 << 20) }], next_before_id: 0 }),
} as Partial<Feed> as Feed
const video = {
  id: 1,
  userId: 1,
  playUrl: 'a',
  coverUrl: 'b',
  title: '',
  favorite_count: 0,
  comment_count: 0,
  commentList: [],
  create_time: 1,
  renditions: [],
  preparation: null,
}
const comment = { id: 1, userId: 1, str: '', create_time: 1, author: null }
const request = { videoId: [], without_comment_list: true }

let server: RunningServer
let client: ReturnType<typeof connect<Feed>>
beforeAll(async () => {
  const log = { info: () => {}, error: (fields: object) => void logged.push(fields) }
  server = await serve(feedContract, feed, { address: '127.0.0.1:0', log, isReady: async () => ready })
  client = connect(feedContract, `127.0.0.1:${server.port}`, {
    deadlineMs: 2000,
    deadlines: { getVideoComIdList: 100 },
  })
})
afterAll(async () => {
  client.close()
  await server.stop()
})

test('a call arrives with its fields, and ms beyond int32 keep their value', async () => {
  const { videoInfos, next_time } = await client.getVideos({
    time: 1795379000123,
    limit: 1,
    without_comment_list: true,
  })
  expect(next_time).toBe(1795379000123)
  expect(videoInfos[0]).toEqual({ ...video, title: '标题 🎬'.repeat(20) })
})

test('a failure keeps its status code, its reason and its values', async () => {
  const failure = await client.getVideoList(request).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  const { code, reason, values } = failure
  expect({ code, reason, values }).toEqual({
    code: status.INVALID_ARGUMENT,
    reason: 'TEXT_TOO_LONG',
    values: { field: 'title', max: 255 },
  })
})

test('a client that knows no reasons gets a short English text in the details of the status', async () => {
  const error = await callRaw(feedContract.definition.GetVideoList!, { videoId: [] }, server.port)
  expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'text too long: field title, max 255' })
})

test('a status code that gRPC libraries create too is a Failure if a service threw it, and else a bug', async () => {
  const failureOf = (call: Promise<unknown>) => call.then(() => undefined).catch((error) => error)
  const own = [
    await failureOf(client.deleteVideo({ user_id: 1, video_id: 1 })),
    await failureOf(client.addComment({ userId: 1, videoId: 1, actionType: 1, commentText: '', comment_id: 0 })),
  ]
  expect(own.map((error) => [error instanceof Failure, error.code, error.reason])).toEqual([
    [true, status.PERMISSION_DENIED, 'NOT_YOUR_VIDEO'],
    [true, status.RESOURCE_EXHAUSTED, 'TOO_MANY_SIGN_INS'],
  ])
  const commentText = 'x'.repeat(5 << 20)
  const ofLibrary = [
    await failureOf(client.batchGetComment({ ComIdList: [1] })),
    await failureOf(client.addComment({ userId: 1, videoId: 1, actionType: 1, commentText, comment_id: 0 })),
  ]
  expect(ofLibrary.map((error) => [error instanceof Failure, error.cause.code, error.message])).toEqual([
    [false, status.RESOURCE_EXHAUSTED, '/Feed/BatchGetComment failed'],
    [false, status.RESOURCE_EXHAUSTED, '/Feed/AddComment failed'],
  ])
})

test('a bug is logged where it happened and reveals nothing to the caller', async () => {
  const error = await client.createVideo({ userId: 1, playUrl: '', coverUrl: '', title: '' }).catch((error) => error)
  expect(error).not.toBeInstanceOf(Failure)
  expect(String(error.cause)).not.toContain('secret')
  expect(String((logged.at(-1) as { err: Error }).err)).toContain('secret')
})

test('a call that takes too long fails with UNAVAILABLE', async () => {
  const failure = await client.getVideoComIdList(request).catch((error) => error)
  expect([failure.code, failure instanceof Failure]).toEqual([status.UNAVAILABLE, true])
})

test('a call to an unreachable service fails with UNAVAILABLE and reveals no address', async () => {
  const unreachable = connect(feedContract, '127.0.0.1:1', { deadlineMs: 1000 })
  const failure = await unreachable.getVideoList(request).catch((error) => error)
  expect(failure.code).toBe(status.UNAVAILABLE)
  expect(failure.message).not.toContain('127.0.0.1')
  expect(await unreachable.isReady()).toBe(false)
  unreachable.close()
})

test('health reports the state of the service, and knows the service by name', async () => {
  expect(await client.isReady()).toBe(true)
  ready = false
  expect(await client.isReady()).toBe(false)
  ready = true
  expect(await check('Feed')).toBe('SERVING')
  expect(await check('Nothing')).toBe(status.NOT_FOUND)
})

test('256 pages at once through one connection all arrive, though they exceed the HTTP/2 default window 40 times', async () => {
  const pages = await Promise.all(
    Array.from({ length: 256 }, () => client.getVideos({ time: 1, limit: 30, without_comment_list: true })),
  )
  expect(pages.every((page) => page.videoInfos.length === 30)).toBe(true)
})

test('stopping lets a call in flight finish', async () => {
  const log = { info: () => {}, error: () => {} }
  const other = await serve(feedContract, feed, { address: '127.0.0.1:0', log, isReady: async () => true })
  const caller = connect(feedContract, `127.0.0.1:${other.port}`, { deadlineMs: 5000 })
  await caller.isReady()
  const answer = caller.updateVideoInfo(video)
  await arrived.promise
  const stopped = other.stop()
  held.resolve()
  expect(await answer).toEqual({})
  await stopped
  caller.close()
})

async function check(service: string): Promise<string | number> {
  const answer = await callRaw(healthContract.definition.Check!, { service }, server.port)
  return answer instanceof Error ? answer.code : (answer as { status: string }).status
}

/** A call without our client: resolves to the response or the error of grpc-js. */
function callRaw(method: MethodDefinition<object, object>, request: object, port: number) {
  const probe = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = method
  return new Promise<object | undefined>((resolve) =>
    probe.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, answer) => {
      probe.close()
      resolve(error ?? answer)
    }),
  ) as Promise<object | ServiceError | undefined>
}
