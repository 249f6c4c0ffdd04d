import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { reachServices } from '../../web-srv/src/services.ts'
import { type Api, api, ok, type Person } from '../api.ts'
import { clip } from '../http/clips.ts'
import { environment, opsOf } from '../ops/installation.ts'
import { until } from '../stack.ts'
import { type Fleet, killMember, startFleet } from './fleet.ts'

/** The maximum time until a deletion is visible everywhere. */
const goneMs = 5000

let fleet: Fleet
let services: ReturnType<typeof reachServices>
let one: Api
let other: Api
let film: Blob
let author: Person
let fans: Person[]
beforeAll(async () => {
  fleet = await startFleet({ replicas: { 'user-srv': 1, 'feed-srv': 2, 'web-srv': 2 } })
  const addressOf = (kind: 'user-srv' | 'feed-srv') =>
    `ipv4:${fleet
      .membersOf(kind)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',')}`
  services = reachServices(addressOf('user-srv'), addressOf('feed-srv'))
  ;[one, other] = fleet.bases.map(api) as [Api, Api]
  film = await clip('tiny.mp4')
  author = await one.register('author')
  fans = await Promise.all(Array.from({ length: 8 }, (_, i) => one.register(`fan ${i}`)))
}, 60_000)
afterAll(async () => {
  services?.user.close()
  services?.feed.close()
  await fleet?.stop()
})

interface Published {
  id: number
  /** The URL paths of the video and its cover. */
  paths: string[]
}

let films = 0
/** A film with unique bytes; the cover depends on them too. */
function newFilm(): Blob {
  const mark = [...new Uint8Array(new Uint32Array([++films]).buffer)]
  return new Blob([film, new Uint8Array([0, 0, 0, 12, 102, 114, 101, 101, ...mark])])
}

async function publish(data = newFilm(), by = author): Promise<Published> {
  const title = crypto.randomUUID()
  ok(await one.publish(by, title, data))
  const { video_list } = ok(await one.get('/douyin/publish/list/', { user_id: by.id }))
  const video = video_list.find((found) => found.title === title)!
  return { id: video.id, paths: [video.play_url, video.cover_url].map((url) => new URL(url).pathname) }
}

const remove = (video: Published, by = author) =>
  one.post('/douyin/publish/delete/', { token: by.token, video_id: video.id })
const like = (http: Api, { token }: Person, { id }: Published, action_type = 1) =>
  http.post('/douyin/favorite/action/', { token, video_id: id, action_type })
const likesGiven = async (http: Api, { id, token }: Person) =>
  ok(await http.get('/douyin/user/', { user_id: id, token })).user.favorite_count
const statuses = ({ paths }: Published) =>
  Promise.all(fleet.bases.flatMap((base) => paths.map(async (path) => (await fetch(base + path)).status)))
const isGone = async (video: Published) => (await statuses(video)).every((code) => code === 404)
const keyIn = (path: string) => path.slice(path.lastIndexOf('/') + 1)
async function filesOf({ paths }: Published): Promise<string[]> {
  const names = await readdir(fleet.mediaDir, { recursive: true })
  return names.filter((name) => paths.some((path) => name.includes(keyIn(path))))
}

test('file and cover of a deleted video are 404 on every web-srv, and their disk space is freed', async () => {
  const video = await publish()
  expect(await statuses(video)).toEqual([200, 200, 200, 200])
  expect(await filesOf(video)).toHaveLength(2)
  ok(await remove(video))
  await until(() => isGone(video), goneMs)
  await until(async () => (await filesOf(video)).length === 0, goneMs)
})

test('a cache may serve a film or a cover for at most 3 s without revalidation', async () => {
  const video = await publish()
  const headers = await Promise.all(video.paths.map(async (path) => (await fetch(fleet.bases[0]! + path)).headers))
  for (const one of headers) {
    const control = one.get('cache-control') ?? ''
    expect(control).not.toContain('immutable')
    expect(control).toContain('must-revalidate')
    expect(Number(/\bmax-age=(\d+)/.exec(control)?.[1])).toBeWithin(0, 4)
  }
  const [etag] = headers.map((one) => one.get('etag')!)
  const revalidate = () => fetch(fleet.bases[1]! + video.paths[0]!, { headers: { 'if-none-match': etag! } })
  expect((await revalidate()).status).toBe(304)
  ok(await remove(video))
  await until(async () => (await revalidate()).status === 404, goneMs)
  expect((await revalidate()).headers.get('cache-control')).toBe('no-store')
})

test('a file that another video references is kept until that video is deleted too', async () => {
  const data = newFilm()
  const stranger = await other.register('stranger')
  const [first, second] = [await publish(data), await publish(data, stranger)]
  expect(second.paths).toEqual(first.paths)
  let isPolling = true
  const seen = new Set<number>()
  const polling = (async () => {
    while (isPolling) for (const code of await statuses(second)) seen.add(code)
  })()
  ok(await remove(first))
  const last = await publish()
  ok(await remove(last))
  await until(() => isGone(last), goneMs)
  isPolling = false
  await polling
  expect([...seen]).toEqual([200])
  ok(await remove(second, stranger))
  await until(() => isGone(second), goneMs)
})

test('a video that is published while the same film is deleted has its files as soon as it is answered', async () => {
  const data = newFilm()
  let [current, by] = [await publish(data), author]
  for (let i = 0; i < 30; i++) {
    const fan = fans[i % 8]!
    const [next] = await Promise.all([publish(data, fan), remove(current, by)])
    expect([i, await statuses(next)]).toEqual([i, [200, 200, 200, 200]])
    ;[current, by] = [next, fan]
  }
}, 60_000)

test('no route and no RPC returns comments of a deleted video', async () => {
  const video = await publish()
  const about = { token: fans[0]!.token, video_id: video.id, action_type: 1, comment_text: 'nice' }
  const { comment } = ok(await other.post('/douyin/comment/action/', about))
  ok(await remove(video))
  const asGuest = () => other.get('/douyin/comment/list/', { video_id: video.id })
  await until(async () => (await asGuest()).status_code !== 0, goneMs)
  expect(await asGuest()).toMatchObject({ status_code: 5, comment_list: [] })
  const never = await other.get('/douyin/comment/list/', { video_id: 1_999_999_999 })
  expect(never.status_code).toBe(5)
  const { feed, user } = services
  const ids = (await feed.getVideoComIdList({ videoId: [video.id], without_comment_list: false })).ComIdList
  const texts = (await feed.batchGetComment({ ComIdList: [comment.id] })).contentList
  const authored = (await feed.batchGetAuthored({ user_id: [fans[0]!.id] })).authors
  const people = (await user.batchGetUserDetail({ user_id: [fans[0]!.id], profile_only: false })).userDetailInfoList
  expect([ids, texts, authored.map((one) => one.comment_id), people.map((one) => one.comments)]).toEqual([
    [],
    [],
    [[]],
    [[]],
  ])
})

test('likes of a deleted video count for no user, and to unlike it succeeds and changes nothing', async () => {
  const [kept, gone] = [await publish(), await publish()]
  for (const fan of fans) for (const video of [kept, gone]) ok(await like(other, fan, video))
  ok(await remove(gone))
  const counts = () => Promise.all(fleet.bases.flatMap((base) => fans.map((fan) => likesGiven(api(base), fan))))
  await until(async () => (await counts()).every((count) => count === 1), goneMs)
  for (const http of [one, other]) for (const fan of fans) ok(await like(http, fan, gone, 2))
  expect((await like(other, fans[0]!, gone)).status_code).toBe(5)
  expect(new Set(await counts())).toEqual(new Set([1]))
  const rows = await fleet.userDatabase.query('select count(*) as n from favorite where video_id = ?', [gone.id])
  expect(Number(rows[0]?.n)).toBe(0)
  for (const fan of fans) ok(await like(one, fan, kept, 2))
})

test('likes that arrive while a video is being deleted are removed', async () => {
  for (let i = 0; i < 10; i++) {
    const video = await publish()
    ok(await like(one, fans[0]!, video))
    await Promise.all([remove(video), ...fans.map((fan, n) => like(n % 2 ? one : other, fan, video))])
  }
  const counts = () => Promise.all(fans.map((fan) => likesGiven(one, fan)))
  await until(async () => (await counts()).every((count) => count === 0), goneMs)
  expect(await fleet.userDatabase.query('select * from favorite')).toEqual([])
}, 60_000)

test('a deletion that was sent to feed-srv only is visible everywhere within 5 s', async () => {
  const video = await publish()
  for (const fan of fans) ok(await like(one, fan, video))
  await services.feed.deleteVideo({ user_id: author.id, video_id: video.id })
  const isForgotten = async () => (await Promise.all(fans.map((fan) => likesGiven(one, fan)))).every((n) => n === 0)
  await until(async () => (await isGone(video)) && (await isForgotten()), goneMs)
})

test('processes that were killed during a deletion complete it after their restart', async () => {
  const video = await publish()
  for (const fan of fans) ok(await like(one, fan, video))
  const away = [...fleet.membersOf('web-srv'), ...fleet.membersOf('user-srv')]
  for (const member of away) await killMember(member)
  await services.feed.deleteVideo({ user_id: author.id, video_id: video.id })
  for (const member of away) member.start()
  await fleet.ready()
  const isForgotten = async () => (await Promise.all(fans.map((fan) => likesGiven(one, fan)))).every((n) => n === 0)
  await until(async () => (await isGone(video)) && (await isForgotten()), goneMs)
}, 60_000)

test('an avatar that its owner replaced is 404, and the new one is served', async () => {
  const pictureOf = async (picture: File) => {
    const form = new FormData()
    form.set('avatar', picture)
    form.set('token', author.token)
    const answer = await fetch(`${fleet.bases[0]}/douyin/user/update/`, { method: 'POST', body: form })
    const { user } = (await answer.json()) as { user: { avatar: string } }
    return new URL(user.avatar).pathname
  }
  const before = await pictureOf(await clip('picture.jpg'))
  const after = await pictureOf(await clip('picture.png'))
  const codes = (path: string) => Promise.all(fleet.bases.map(async (base) => (await fetch(base + path)).status))
  await until(async () => (await codes(before)).every((code) => code === 404), goneMs)
  expect(await codes(after)).toEqual([200, 200])
})

test('doctor finds nothing wrong after all these tests', async () => {
  const env = environment(fleet.userDatabase, fleet.feedDatabase, fleet.mediaDir)
  const { code, output } = await opsOf(env, 'doctor', '--grace', '0')
  expect([code, output.match(/^WRONG.*$/gm)]).toEqual([0, null])
})
