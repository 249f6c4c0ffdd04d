import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as v from 'valibot'
import { message } from '../web-srv/src/endpoint/response-schemas.ts'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { gradientPng } from '../web-srv/src/media/image/placeholder-png.ts'
import { type ApiDescription, type CheckedApi, checkedApi, complaints, readDescription } from './checked-api.ts'
import { faults } from './json-schema.ts'
import { type Stack, startStack } from './stack.ts'

interface Person {
  user_id: number
  token: string
}

let stack: Stack
let folder: string
let description: ApiDescription
let done: CheckedApi['done']
let refused: CheckedApi['refused']
let pages: CheckedApi['pages']
let outcomes: CheckedApi['outcomes']
let anna: Person
let bob: Person
let videoId: number

beforeAll(async () => {
  folder = await makeFolder()
  stack = await startStack()
  description = await readDescription(stack.base)
  const client = checkedApi(stack.base, description)
  ;({ done, refused, outcomes } = client)
  pages = (path, query) => client.pages(path, query)
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  if (folder) await removeFolder(folder)
})

test('people register, sign in and change their profiles', async () => {
  anna = (await done('POST', '/user/register/', { username: '安娜', password: 'correct horse' })) as unknown as Person
  bob = (await done('POST', '/user/register/', { username: 'Bob', password: 'correct horse' })) as unknown as Person
  await refused('POST', '/user/register/', { username: 'Bob', password: 'correct horse' })
  await done('POST', '/user/login/', { username: 'Bob', password: 'correct horse' })
  await refused('POST', '/user/login/', { username: 'Bob', password: 'wrong horse' })
  await done('GET', '/user/', { ...as(anna), user_id: bob.user_id })
  await done('GET', '/user/', as(anna))
  await refused('GET', '/user/', {})
  await done('GET', '/profile/', { user_id: bob.user_id })
  await refused('GET', '/profile/', {})
  await done('POST', '/user/update/', { ...as(anna), name: 'Anna', signature: 'I film birds' })
  const avatar = new File([new Uint8Array(gradientPng('me', 64, 64))], 'me.png')
  await done('POST', '/user/update/', as(anna), { avatar, background_image: avatar })
  await refused('POST', '/user/update/', as(anna), { avatar: new File(['no picture'], 'me.png') })
  await done('GET', '/limits/', {})
  const change = { password: 'correct horse', new_password: 'battery staple' }
  await refused('POST', '/user/password/', { ...as(bob), ...change, password: 'wrong horse' })
  bob = (await done('POST', '/user/password/', { ...as(bob), ...change })) as unknown as Person
  await done('POST', '/user/logout/', as(bob))
  await refused('POST', '/user/logout/', as(bob))
  bob = (await done('POST', '/user/login/', { username: 'Bob', password: 'battery staple' })) as unknown as Person
})

test('Bob publishes videos, and guests and signed-in viewers get them', async () => {
  const data = new File([await Bun.file(await clip(folder, 'plain.mp4')).bytes()], 'clip.mp4')
  for (const title of ['one', 'two', 'three']) await done('POST', '/publish/action/', {}, { ...as(bob), data, title })
  const choices = { cover_time: '500', upload_id: 'four' }
  await done('POST', '/publish/action/', {}, { ...as(bob), data, title: 'four', ...choices })
  await refused('POST', '/publish/action/', {}, { ...as(bob), title: 'no file' })
  await refused('POST', '/publish/action/', {}, { data, title: 'no token' })
  for (const viewer of [{}, as(anna)]) {
    const { video_list } = await done('GET', '/feed/', viewer)
    videoId = (video_list as { id: number }[])[0]!.id
    await pages('/publish/list/', { ...viewer, user_id: bob.user_id })
    await done('GET', '/video/', { ...viewer, video_id: videoId })
  }
  await refused('GET', '/video/', { video_id: 999 })
  await refused('GET', '/publish/list/', { user_id: 999 })
  await refused('GET', '/publish/list/', { user_id: 'bob' })
  await expectFiles()
}, 60_000)

test('Anna likes, comments and follows, and undoes it', async () => {
  const about = { ...as(anna), video_id: videoId }
  await done('POST', '/favorite/action/', { ...about, action_type: 1 })
  await refused('POST', '/favorite/action/', { ...about, action_type: 3 })
  await pages('/favorite/list/', { user_id: anna.user_id })
  await refused('GET', '/favorite/list/', { user_id: 0 })
  for (const comment_text of ['nice', '不错 👍']) {
    await done('POST', '/comment/action/', {}, { ...about, action_type: 1, comment_text })
  }
  const { comment } = await done('POST', '/comment/action/', { ...about, action_type: 1, comment_text: 'no' })
  await pages('/comment/list/', { video_id: videoId })
  await refused('GET', '/comment/list/', { video_id: videoId, cursor: 'likes-1.2.3' })
  const deletion = { video_id: videoId, action_type: 2, comment_id: (comment as { id: number }).id }
  await refused('POST', '/comment/action/', { ...as(bob), ...deletion })
  await done('POST', '/comment/action/', { ...as(anna), ...deletion })
  await done('POST', '/relation/action/', { ...as(anna), to_user_id: bob.user_id, action_type: 1 })
  await done('POST', '/relation/action/', { ...as(bob), to_user_id: anna.user_id, action_type: 1 })
  await refused('POST', '/relation/action/', { ...as(bob), to_user_id: bob.user_id, action_type: 1 })
  for (const list of ['follow', 'follower', 'friend']) {
    await pages(`/relation/${list}/list/`, { ...as(anna), user_id: anna.user_id })
    await refused('GET', `/relation/${list}/list/`, { ...as(anna), user_id: 'anna' })
  }
  await done('GET', '/feed/following/', as(anna))
  await refused('GET', '/feed/following/', {})
  await done('POST', '/favorite/action/', { ...about, action_type: 2 })
})

test('two people chat, and the socket delivers messages of the described shape', async () => {
  const socket = new WebSocket(`${stack.base.replace('http', 'ws')}/douyin/message/socket/?token=${bob.token}`)
  const frame = new Promise<MessageEvent>((resolve) => socket.addEventListener('message', resolve))
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  const toBob = { ...as(anna), to_user_id: bob.user_id }
  for (const content of ['hello', '在吗']) await done('POST', '/message/action/', { ...toBob, action_type: 1, content })
  await refused('POST', '/message/action/', { ...toBob, action_type: 1, content: ' ' })
  const pushed = JSON.parse((await frame).data)
  socket.close()
  expect(v.safeParse(v.strictObject({ type: v.literal('message'), message }), pushed).issues).toBeUndefined()
  const fromAnna = { ...as(bob), to_user_id: anna.user_id }
  await pages('/message/chat/', fromAnna)
  await done('GET', '/message/chat/', { ...fromAnna, pre_msg_time: pushed.message.create_time })
  await refused('GET', '/message/chat/', {})
  await done('GET', '/message/unread/', as(bob))
  await refused('GET', '/message/unread/', {})
  await done('GET', '/message/conversation/list/', as(bob))
  await refused('GET', '/message/conversation/list/', {})
  const { user_list } = await done('GET', '/relation/friend/list/', { ...as(bob), user_id: bob.user_id })
  expect(user_list).toMatchObject([{ id: anna.user_id, message: '在吗', msgType: 0 }])
  await done('POST', '/message/read/', { ...fromAnna, time: pushed.message.create_time })
  await refused('POST', '/message/read/', {})
})

test('Bob deletes his video, and a guest cannot', async () => {
  await refused('POST', '/publish/delete/', { video_id: videoId })
  await done('POST', '/publish/delete/', { ...as(bob), video_id: videoId })
})

test('a form that is too large is answered 413 with the described failure', async () => {
  const body = new URLSearchParams({ content: 'x'.repeat(2 << 20) })
  const answer = await fetch(`${stack.base}/douyin/message/action/`, { method: 'POST', body, keepalive: false })
  expect(answer.status).toBe(413)
  expect(
    faults(await answer.json(), { $ref: '#/components/schemas/Failure' }, description.api.components.schemas),
  ).toEqual([])
})

test('both schemas report an unknown key, a missing key and a key of another type', async () => {
  const endpoint = 'GET /douyin/publish/list/'
  const body = await done('GET', '/publish/list/', { user_id: bob.user_id })
  const [video] = body.video_list as object[]
  const { status_msg: _, ...less } = body
  const wrong = [
    { ...body, more: 1 },
    less,
    { ...body, video_list: null },
    { ...body, video_list: [{ ...video, secret: '' }] },
    { ...body, video_list: [{ ...video, id: '1' }] },
    { status_code: 5, status_msg: 'no user 5' },
  ]
  for (const one of wrong) expect(complaints(description, endpoint, one).length).toBeGreaterThanOrEqual(2)
})

test('the tests above covered a success of every endpoint, and a failure of each that can fail', () => {
  const expected = [...description.specs.keys()].flatMap((one) => [`${one} done`, `${one} refused`])
  const cannotFail = ['GET /douyin/feed/ refused', 'GET /douyin/limits/ refused']
  expect([...outcomes].toSorted()).toEqual(expected.filter((one) => !cannotFail.includes(one)).toSorted())
})

const as = ({ token }: Person) => ({ token })

/** Reads the body to its end: a connection with unread data would still be in use when the stack stops. */
async function read(answer: Response): Promise<Response> {
  await answer.arrayBuffer()
  return answer
}

/** Checks that files and health checks answer with a described status. */
async function expectFiles(): Promise<void> {
  const { video } = await done('GET', '/video/', { video_id: videoId })
  const { play_url, cover_url } = video as { play_url: string; cover_url: string }
  const requests: [path: string, url: string, init?: RequestInit][] = [
    ['/healthz', `${stack.base}/healthz`],
    ['/readyz', `${stack.base}/readyz`],
    ['/static/{key}', play_url],
    ['/static/{key}', play_url, { headers: { range: 'bytes=0-9' } }],
    ['/static/{key}', play_url, { headers: { range: 'bytes=999999999-' } }],
    ['/static/{key}', cover_url, { method: 'HEAD' }],
    ['/static/{key}', `${stack.base}/static/nothing`],
    ['/static/avatar/{name}', `${stack.base}/static/avatar/7.png`],
    ['/static/background/{name}', `${stack.base}/static/background/seven.png`],
  ]
  for (const [path, url, init] of requests) {
    const { status } = await fetch(url, init).then(read)
    const { responses } = description.api.paths[path]![(init?.method ?? 'GET').toLowerCase()]!
    expect(Object.keys(responses)).toContain(String(status))
  }
}
