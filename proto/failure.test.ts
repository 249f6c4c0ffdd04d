import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { connect } from './client.ts'
import { feedContract } from './contract.ts'
import { decodeFailure, encodeFailure, Failure, status } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { failureOf, outcomeOf } from './outcome.ts'
import { type Reason, reasons } from './reasons.ts'

/** The response of the other service: the status code, and the trailer unless it is undefined. */
let sent: { code: status; trailer?: string }
const server = new Server()
let client: ReturnType<typeof connect<Feed>>
beforeAll(async () => {
  server.addService(feedContract.definition, {
    DeleteVideo(_call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) {
      const metadata = new Metadata()
      if (sent.trailer !== undefined) metadata.set('failure', sent.trailer)
      callback({ code: sent.code, details: 'select secret from user', metadata })
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
  client = connect(feedContract, `127.0.0.1:${port}`, { deadlineMs: 2000 })
})
afterAll(() => {
  client.close()
  server.forceShutdown()
})

async function received(code: status, trailer?: string): Promise<Failure> {
  sent = { code, trailer }
  const failure = await client.deleteVideo({ user_id: 1, video_id: 1 }).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(JSON.stringify([failure.message, failure.values])).not.toContain('secret')
  return failure
}

const byStatus = [
  [status.INVALID_ARGUMENT, 'INVALID_ARGUMENT'],
  [status.NOT_FOUND, 'NOT_FOUND'],
  [status.ALREADY_EXISTS, 'ALREADY_EXISTS'],
  [status.PERMISSION_DENIED, 'PERMISSION_DENIED'],
  [status.RESOURCE_EXHAUSTED, 'RESOURCE_EXHAUSTED'],
  [status.FAILED_PRECONDITION, 'UNKNOWN'],
] as const

test.each(byStatus)('a failure with status %d of a service that sends only a sentence is %s', async (code, reason) => {
  // An earlier version marks its own failures with a trailer of `1`.
  expect(await received(code, '1')).toMatchObject({ reason, values: {} })
})

test.each(byStatus)(
  'a failure with status %d and a reason that this version does not know is %s',
  async (code, reason) => {
    for (const trailer of [
      '{"reason":"VIDEO_IN_REVIEW","values":{"hours":24}}',
      '{"reason":"toString","values":{}}',
      '{"reason":"TEXT_TOO_LONG","values":{"field":"a field of tomorrow","max":7}}',
      '{"reason":"TEXT_TOO_LONG","values":{"field":"title"}}',
      '{"reason":"TEXT_TOO_LONG"}',
      '{"reason":7,"values":{}}',
      '{"reason":"TEXT_TOO_LONG",',
      '[]',
      'null',
      '',
    ])
      expect(await received(code, trailer)).toMatchObject({ reason, values: {} })
  },
)

test('a status without the trailer of a service gets the reason of its status', async () => {
  expect(await received(status.NOT_FOUND)).toMatchObject({ code: status.NOT_FOUND, reason: 'NOT_FOUND' })
})

test('an unknown value beside the known ones is left out', async () => {
  const trailer = '{"reason":"USER_NOT_FOUND","values":{"id":5,"name":"anna"}}'
  expect((await received(status.NOT_FOUND, trailer)).values).toEqual({ id: 5 })
})

test('an outcome carries its failure, and one of an earlier or later version has the reason of its status', () => {
  const failure = new Failure('TEXT_TOO_LONG', { field: 'comment_text', max: 1000 })
  expect(failureOf(outcomeOf(failure))).toEqual(failure)
  expect(failureOf(outcomeOf(undefined))).toBeUndefined()
  const code = status.NOT_FOUND
  const unknown = '{"reason":"VIDEO_IN_REVIEW","values":{}}'
  for (const outcome of [
    { code, message: 'no video 5' },
    { code, message: 'later', failure: unknown },
  ])
    expect(failureOf(outcome)).toMatchObject({ code, reason: 'NOT_FOUND', values: {} })
})

test('each reason arrives with its status code as plain ASCII', () => {
  // The trailer of a gRPC status may hold nothing else.
  const samples: Record<string, number | string> = { field: 'title', unit: 'seconds', method: 'GET' }
  for (const [reason, { code, values: schema }] of Object.entries(reasons)) {
    const values = Object.fromEntries(Object.keys(schema.entries).map((name) => [name, samples[name] ?? 7.5]))
    const failure = new Failure(reason as Reason, values as never)
    const encoded = encodeFailure(failure)
    expect(encoded).toMatch(/^[\x20-\x7e]+$/)
    const decoded = decodeFailure(encoded, status.UNKNOWN)
    expect([decoded.reason, decoded.code, decoded.values]).toEqual([reason as Reason, code, values as never])
  }
})
