import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Answer, api, ok, type Person } from '../api.ts'
import { recordFigure } from '../goal-table.ts'
import { clip } from '../http/clips.ts'
import { type Stack, startStack } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { longOrShort } from './run-length.ts'

/** The number of lost replies per kind of write. */
const rounds = longOrShort(200, 10)
let stack: Stack
let proxy: TcpProxy
let anna: Person
let bob: Person
let videoId: number
let film: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  stack = await startStack({ env: { FFMPEG_PATH: 'none' } })
  proxy = await openTcpProxy(stack.base)
  const http = api(stack.base)
  ;[anna, bob] = [await http.register('anna'), await http.register('bob')]
  film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  ok(await http.publish(bob, 'a clip', new Blob([film])))
  videoId = ok(await http.get('/douyin/feed/')).video_list[0]!.id
}, 60_000)
afterAll(async () => {
  await proxy?.close()
  await stack?.stop()
})

/** Sends a request whose reply is lost after the work is done, then resends it; returns the second answer. */
async function resendAfterLostReply(send: (base: string) => Promise<Answer>): Promise<Answer> {
  proxy.loseReplies()
  const first = await send(proxy.base).then(
    () => 'answered',
    () => 'lost',
  )
  if (first !== 'lost' || !proxy.isDown()) throw new Error('no reply was lost')
  proxy.up()
  return send(proxy.base)
}

const rowsOf = async (sql: string, database: 'userDatabase' | 'feedDatabase' = 'feedDatabase') =>
  Number((await stack[database].query(sql))[0]?.n)

async function expectRows(
  what: string,
  send: (i: number) => (base: string) => Promise<Answer>,
  rows: () => Promise<number>,
  expected: number,
) {
  const before = await rows()
  for (let i = 0; i < rounds; i++) ok(await resendAfterLostReply(send(i)))
  const added = (await rows()) - before
  recordFigure(`R-6 lost replies: ${what}`, '0 done twice', `${added - expected} of ${rounds}`)
  expect(added).toBe(expected)
}

test(
  'a comment that was resent after a lost reply is stored once',
  () =>
    expectRows(
      'comments',
      (i) => (base) => {
        const comment = {
          token: anna.token,
          video_id: videoId,
          action_type: 1,
          comment_text: `comment ${i}`,
          send_id: `c${i}`,
        }
        return api(base).post('/douyin/comment/action/', comment)
      },
      () => rowsOf('select count(*) as n from comment'),
      rounds,
    ),
  120_000,
)

test(
  'a message that was resent after a lost reply is stored once',
  () =>
    expectRows(
      'messages',
      (i) => (base) => {
        const message = {
          token: anna.token,
          to_user_id: bob.id,
          action_type: 1,
          content: `message ${i}`,
          send_id: `m${i}`,
        }
        return api(base).post('/douyin/message/action/', message)
      },
      () => rowsOf('select count(*) as n from message', 'userDatabase'),
      rounds,
    ),
  120_000,
)

test(
  'a video that was resent after a lost reply is stored once',
  () =>
    expectRows(
      'videos',
      (i) => async (base) => {
        const form = new FormData()
        form.set('data', new Blob([film]), 'clip')
        for (const [name, value] of Object.entries({ token: anna.token, title: `video ${i}`, upload_id: `v${i}` }))
          form.set(name, value)
        const answer = await fetch(`${base}/douyin/publish/action/`, {
          method: 'POST',
          body: form,
          signal: AbortSignal.timeout(10_000),
        })
        const read = { ...((await answer.json()) as Omit<Answer, 'http'>), http: answer.status }
        return read
      },
      () => rowsOf('select count(*) as n from video'),
      rounds,
    ),
  120_000,
)

test('a like and a follow that were resent after lost replies count once', async () => {
  await expectRows(
    'likes',
    (i) => (base) =>
      api(base).post('/douyin/favorite/action/', {
        token: anna.token,
        video_id: videoId,
        action_type: 2 - ((i + 1) % 2),
      }),
    () => rowsOf('select count(*) as n from favorite', 'userDatabase'),
    // The number of rounds is even, so the last one is an unlike.
    0,
  )
  await expectRows(
    'follows',
    () => (base) =>
      api(base).post('/douyin/relation/action/', { token: anna.token, to_user_id: bob.id, action_type: 1 }),
    () => rowsOf('select count(*) as n from follow', 'userDatabase'),
    1,
  )
}, 120_000)
