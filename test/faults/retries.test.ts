import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Answer, api, ok, type Person } from '../api.ts'
import { note } from '../goals.ts'
import { clip } from '../http/clips.ts'
import { type Line, openLine } from '../line.ts'
import { type Stack, startStack } from '../stack.ts'
import { inLong } from './long.ts'

/** Lost replies of each kind. */
const rounds = inLong(200, 10)
let stack: Stack
let line: Line
let anna: Person
let bob: Person
let videoId: number
let film: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  stack = await startStack({ env: { FFMPEG_PATH: 'none' } })
  line = await openLine(stack.base)
  const http = api(stack.base)
  ;[anna, bob] = [await http.register('anna'), await http.register('bob')]
  film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  ok(await http.publish(bob, 'a clip', new Blob([film])))
  videoId = ok(await http.get('/douyin/feed/')).video_list[0]!.id
}, 60_000)
afterAll(async () => {
  await line?.close()
  await stack?.stop()
})

/** The reply is lost after the service has done its work; the client sends the same again. Gives the second answer. */
async function lost(send: (base: string) => Promise<Answer>): Promise<Answer> {
  line.loseAnswers()
  const first = await send(line.base).then(
    () => 'answered',
    () => 'lost',
  )
  if (first !== 'lost' || !line.isDown()) throw new Error('no reply was lost')
  line.up()
  return send(line.base)
}

const rowsOf = async (sql: string, database: 'userDatabase' | 'feedDatabase' = 'feedDatabase') =>
  Number((await stack[database].query(sql))[0]?.n)

async function times(
  what: string,
  send: (i: number) => (base: string) => Promise<Answer>,
  rows: () => Promise<number>,
  wanted: number,
) {
  const before = await rows()
  for (let i = 0; i < rounds; i++) ok(await lost(send(i)))
  const made = (await rows()) - before
  note(`R-6 lost replies: ${what}`, '0 done twice', `${made - wanted} of ${rounds}`)
  expect(made).toBe(wanted)
}

test(
  'a comment whose reply was lost is there once, though it was sent twice',
  () =>
    times(
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
  'a message whose reply was lost is there once',
  () =>
    times(
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
  'a video whose reply was lost is there once',
  () =>
    times(
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

test('a like and a follow whose replies were lost count once', async () => {
  await times(
    'likes',
    (i) => (base) =>
      api(base).post('/douyin/favorite/action/', {
        token: anna.token,
        video_id: videoId,
        action_type: 2 - ((i + 1) % 2),
      }),
    () => rowsOf('select count(*) as n from favorite', 'userDatabase'),
    // The last of an even number is an unlike.
    0,
  )
  await times(
    'follows',
    () => (base) =>
      api(base).post('/douyin/relation/action/', { token: anna.token, to_user_id: bob.id, action_type: 1 }),
    () => rowsOf('select count(*) as n from follow', 'userDatabase'),
    1,
  )
}, 120_000)
