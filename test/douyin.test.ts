import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clip, ffmpeg, makeFolder, removeFolder, sidesOf } from '../web-srv/src/media/clips.fixture.ts'
import { type Answer, api, ok, type Parameters, type Person, password } from './api.ts'
import { type Stack, startStack, until } from './stack.ts'

/** If set, the day runs against this installation, which must have no users yet. */
const { DOUYIN_URL } = process.env
let stack: Stack | undefined
let base: string
let folder: string
let anna: Person
let bob: Person
let get: (path: string, parameters?: Parameters) => Promise<Answer>
let post: (path: string, parameters?: Parameters) => Promise<Answer>
/** Bob's clips, oldest first. */
const clips = ['plain.mp4', 'quick.mov', 'vp9.webm'] as const
let newest: number
/** A time just before the newest clip was published, in ms. */
let before: number

beforeAll(async () => {
  folder = await makeFolder()
  if (!DOUYIN_URL) stack = await startStack()
  base = DOUYIN_URL ?? stack!.base
  const { get: ask, post: send } = api(base)
  get = async (path, parameters) => ok(await ask(path, parameters))
  post = async (path, parameters) => ok(await send(path, parameters))
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  if (folder) await removeFolder(folder)
})

const feedOf = async (person: Person) => (await get('/douyin/feed/', { token: person.token })).video_list
const userSeenBy = async (viewer: Person, { id }: Person) =>
  (await get('/douyin/user/', { user_id: id, token: viewer.token })).user

test('two people register and sign in, and all their counts are zero', async () => {
  anna = await api(base).register('安娜')
  bob = await api(base).register('Bob')
  const { user_id, token } = await post('/douyin/user/login/', { username: 'Bob', password })
  expect(user_id).toBe(bob.id)
  bob.token = token
  const counts = { follow_count: 0, follower_count: 0, total_favorited: 0, work_count: 0, favorite_count: 0 }
  expect(await userSeenBy(anna, bob)).toMatchObject({ id: bob.id, name: 'Bob', is_follow: false, ...counts })
  expect((await get('/douyin/feed/')).video_list).toEqual([])
})

test('Bob publishes an MP4, a MOV and a WebM, and each is served as a film that plays, with a cover', async () => {
  for (const name of clips) {
    // At least 1 ms after the publish time of the clip before: its commit and its answer came in between.
    before = Date.now() + 1
    ok(await api(base).publish(bob, `clip ${name}`, Bun.file(await clip(folder, name))))
  }
  const videos = (await get('/douyin/publish/list/', { user_id: bob.id, token: anna.token })).video_list
  expect(videos.map((video) => video.title)).toEqual(clips.map((name) => `clip ${name}`).toReversed())
  const formats = videos.map(({ play_url }) => formatOf(play_url))
  expect(await Promise.all(formats)).toEqual([
    expect.stringContaining('webm'),
    expect.stringContaining('mp4'),
    expect.stringContaining('mp4'),
  ])
  const types = await Promise.all(
    videos.map(async ({ play_url }) => (await fetch(play_url)).headers.get('content-type')),
  )
  // With ffmpeg, which also draws the covers, a MOV becomes an MP4.
  const hasFfmpeg = videos[0]!.cover_url.endsWith('.jpg')
  expect(types).toEqual(['video/webm', hasFfmpeg ? 'video/mp4' : 'video/quicktime', 'video/mp4'])
  for (const { play_url, cover_url } of videos) {
    expect(await sidesOf(play_url)).toEqual([160, 120])
    const [width, height] = await sidesOf(cover_url)
    expect(width! / height!).toBeCloseTo(4 / 3, 1)
    await ffmpeg(folder, '-i', play_url, '-f', 'null', '-')
  }
  expect((await userSeenBy(anna, bob)).work_count).toBe(3)
}, 60_000)

test('Anna reads the feed in pages from the newest video on, and gets each video once', async () => {
  const first = await get('/douyin/feed/', { token: anna.token })
  const ids = first.video_list.map((video) => video.id)
  newest = ids[0]!
  expect(ids).toEqual([...ids].sort((a, b) => b - a))
  expect(first.video_list[0]).toMatchObject({ is_favorite: false, favorite_count: 0, comment_count: 0 })
  expect(first.video_list[0]!.author).toMatchObject({ id: bob.id, name: 'Bob', work_count: 3, is_follow: false })
  expect((await get('/douyin/feed/', { latest_time: first.next_time })).video_list).toEqual([])
  // A client whose first page was older than the newest video.
  const later = await get('/douyin/feed/', { latest_time: before, token: anna.token })
  expect(later.video_list.map((video) => video.id)).toEqual(ids.slice(1))
})

test('when Anna likes a video twice, it counts once for the video, for Anna and for Bob', async () => {
  for (let i = 0; i < 2; i++) await favorite(anna, 1)
  expect((await feedOf(anna))[0]).toMatchObject({ id: newest, is_favorite: true, favorite_count: 1 })
  expect((await feedOf(bob))[0]).toMatchObject({ id: newest, is_favorite: false, favorite_count: 1 })
  expect((await userSeenBy(bob, anna)).favorite_count).toBe(1)
  await until(async () => (await userSeenBy(anna, bob)).total_favorited === 1)
  const liked = await get('/douyin/favorite/list/', { user_id: anna.id, token: anna.token })
  expect(liked.video_list.map((video) => video.id)).toEqual([newest])
})

test('both comment, and the list shows the newest first with its author', async () => {
  const { comment } = await comments(bob, { action_type: 1, comment_text: 'my first clip' })
  expect(comment).toMatchObject({ content: 'my first clip', user: { id: bob.id, name: 'Bob' } })
  expect(comment.create_date).toMatch(/^\d\d-\d\d$/)
  await comments(anna, { action_type: 1, comment_text: '不错 👍' })
  const listed = await commentList()
  expect(listed.map(({ content, user }) => [content, user.name])).toEqual([
    ['不错 👍', '安娜'],
    ['my first clip', 'Bob'],
  ])
  expect((await feedOf(anna))[0]!.comment_count).toBe(2)
})

test('when Anna follows Bob, both counts, both lists and the videos show it', async () => {
  await relation(anna, bob, 1)
  expect(await userSeenBy(anna, bob)).toMatchObject({ follower_count: 1, follow_count: 0, is_follow: true })
  expect(await userSeenBy(bob, anna)).toMatchObject({ follower_count: 0, follow_count: 1, is_follow: false })
  const follows = await get('/douyin/relation/follow/list/', { user_id: anna.id, token: anna.token })
  expect(follows.user_list).toMatchObject([{ id: bob.id, is_follow: true }])
  const followers = await get('/douyin/relation/follower/list/', { user_id: bob.id, token: bob.token })
  expect(followers.user_list).toMatchObject([{ id: anna.id, is_follow: false }])
  expect((await feedOf(anna)).map(({ author }) => author.is_follow)).toEqual([true, true, true])
})

test('Bob cannot delete Anna’s comment, and Anna can', async () => {
  const [annas] = await commentList()
  const stolen = { video_id: newest, token: bob.token, action_type: 2, comment_id: annas!.id }
  expect((await api(base).post('/douyin/comment/action/', stolen)).status_code).not.toBe(0)
  expect((await feedOf(anna))[0]!.comment_count).toBe(2)
  await comments(anna, { action_type: 2, comment_id: annas!.id })
  expect((await commentList()).map(({ content }) => content)).toEqual(['my first clip'])
  expect((await feedOf(anna))[0]!.comment_count).toBe(1)
})

test('when Anna unlikes and unfollows, every count is as before', async () => {
  await favorite(anna, 2)
  await relation(anna, bob, 2)
  expect((await feedOf(anna))[0]).toMatchObject({ is_favorite: false, favorite_count: 0, author: { is_follow: false } })
  await until(async () => (await userSeenBy(anna, bob)).total_favorited === 0)
  expect(await userSeenBy(anna, bob)).toMatchObject({ follower_count: 0, work_count: 3 })
  expect(await userSeenBy(anna, anna)).toMatchObject({ follow_count: 0, favorite_count: 0 })
  expect((await get('/douyin/favorite/list/', { user_id: anna.id })).video_list).toEqual([])
  expect((await get('/douyin/relation/follow/list/', { user_id: anna.id })).user_list).toEqual([])
})

const favorite = ({ token }: Person, action_type: number) =>
  post('/douyin/favorite/action/', { video_id: newest, action_type, token })
const comments = ({ token }: Person, what: Parameters) =>
  post('/douyin/comment/action/', { video_id: newest, token, ...what })
const relation = ({ token }: Person, { id }: Person, action_type: number) =>
  post('/douyin/relation/action/', { to_user_id: id, action_type, token })
const commentList = async () => (await get('/douyin/comment/list/', { video_id: newest })).comment_list

async function formatOf(url: string): Promise<string> {
  const show = ['-show_entries', 'format=format_name', '-of', 'csv=p=0']
  return new Response(Bun.spawn(['ffprobe', '-v', 'error', ...show, url]).stdout).text()
}
