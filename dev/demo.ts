import {
  type Connection,
  connect,
  Failure,
  type Feed,
  feedContract,
  maxIds,
  status,
  type User,
  userContract,
} from '@douyin/proto'
import { app } from '../web-srv/src/app.ts'
import { rateLimit } from '../web-srv/src/auth/rate-limit.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { inbox } from '../web-srv/src/chat/inbox.ts'
import { mediaLimits } from '../web-srv/src/media/media-limits.ts'
import { localDisk } from '../web-srv/src/media/store/storage.ts'
import { coverDrawer } from '../web-srv/src/media/video/cover.ts'
import { findFfmpeg } from '../web-srv/src/media/video/ffmpeg.ts'
import { videoParser } from '../web-srv/src/media/video/parser.ts'
import { remuxer } from '../web-srv/src/media/video/remux.ts'
import type { Film } from './films.ts'
import { progress } from './progress.ts'
import { commentTexts, signatures, talks, userNames } from './texts.ts'

export interface DemoOptions {
  userAddress: string
  feedAddress: string
  mediaDir: string
  users: number
  films: Film[]
}

/** The password of every demo account. */
export const demoPassword = 'douyin-demo'
const concurrency = 8

/**
 * Fills running services with users and their videos, likes, follows, comments and chats. The data is the same each
 * time, but videos, comments and chats are added again. Uploads go through all of web-srv, which runs in this process
 * without its rate limits.
 */
export async function fillDemo(options: DemoOptions): Promise<void> {
  const deadlines = { createUser: 30_000, checkPassWord: 30_000 }
  const secret = Bun.env.GRPC_SECRET
  const user = connect(userContract, options.userAddress, { deadlineMs: 10_000, deadlines, secret })
  const feed = connect(feedContract, options.feedAddress, { deadlineMs: 10_000, secret })
  const session = sessions(crypto.randomUUID())
  const api = await app(
    { user, feed },
    {
      session,
      inbox: inbox(user),
      media: await mediaPipeline(options.mediaDir),
      rateLimit: rateLimit(false),
      baseUrl: () => '',
      timeZone: 'UTC',
      isReady: async () => true,
      log: { info: () => {}, error: (fields) => console.error(fields) },
    },
  )
  try {
    await untilServing(user, feed)
    const people = await runConcurrently('people', options.users, (i) => openAccount(user, i))
    const show = progress('videos', options.films.length)
    let finished = 0
    // One after the other for each author, so that an author's n-th video is the same in every run.
    const idsByAuthor = await runConcurrently(undefined, people.length, async (person) => {
      const author = people[person]!
      let published = 0
      for (const film of options.films.filter((_, i) => i % people.length === person)) {
        if (await publish(api, film, await session.issue(author))) published++
        show(++finished)
      }
      return newestOf(feed, author, published)
    })
    const videoIds = idsByAuthor.flat()
    const chosen = <Item>(items: Item[], share: number, salt: number) =>
      items.filter((_, i) => scatter(i, salt) < share)
    const follows = people.flatMap((userId, i) =>
      chosen(people, 0.35, i).flatMap((to) => (to === userId ? [] : [[userId, to] as const])),
    )
    const likes = people.flatMap((userId, i) =>
      chosen(videoIds, 0.5, 1000 + i).map((videoId) => [userId, videoId] as const),
    )
    const commented = people.flatMap((userId, i) =>
      chosen(videoIds, 0.45, 2000 + i).map((videoId) => [userId, videoId] as const),
    )
    await runConcurrently('follows', follows.length, (i) =>
      user.relationAction({ userId: follows[i]![0], toUserId: follows[i]![1], actionType: 1 }),
    )
    await runConcurrently('likes', likes.length, (i) =>
      user.favoriteAction({ userId: likes[i]![0], videoId: likes[i]![1], actionType: 1 }),
    )
    await runConcurrently('comments', commented.length, (i) => {
      const [userId, videoId] = commented[i]!
      const commentText = commentTexts[Math.floor(scatter(i, 3000) * commentTexts.length)]!
      return feed.addComment({ userId, videoId, comment_id: 0, actionType: 1, commentText })
    })
    const pairs = people.flatMap((userId, i) =>
      chosen(people.slice(i + 1), 0.35, 4000 + i).map((otherId) => [userId, otherId] as const),
    )
    await runConcurrently('chats', pairs.length, (i) => chat(user, pairs[i]!, talks[i % talks.length]!))
  } finally {
    user.close()
    feed.close()
  }
}

const startLimitMs = 30_000

/** Waits until both services serve: they may have been started a moment ago. */
async function untilServing(...services: Connection[]): Promise<void> {
  const end = performance.now() + startLimitMs
  while (!(await Promise.all(services.map((service) => service.isReady()))).every(Boolean)) {
    if (performance.now() > end) throw new Error('user-srv and feed-srv do not answer')
    await Bun.sleep(50)
  }
}

type Api = Awaited<ReturnType<typeof app>>

/** Returns true if the video was published. Prints the reason if it was rejected and may be. */
async function publish(api: Api, film: Film, token: string): Promise<boolean> {
  const path = await film.file()
  const form = new FormData()
  form.set('data', Bun.file(path))
  form.set('title', film.title)
  form.set('token', token)
  const request = new Request('http://localhost/douyin/publish/action/', { method: 'POST', body: form })
  const answer = (await (await api.fetch(request)).json()) as { status_code: number; status_msg: string }
  if (answer.status_code === 0) return true
  if (!film.mayBeRefused) throw new Error(`a demo video was refused: ${answer.status_msg}`)
  console.error(`  ${path}: ${answer.status_msg}`)
  return false
}

async function newestOf(feed: Feed, author: number, count: number): Promise<number[]> {
  if (count === 0) return []
  const page = await feed.listAuthorVideos({ user_id: author, limit: Math.min(count, maxIds), before_time: 0 })
  return page.videoInfos.map((video) => video.id).reverse()
}

/** The two users send the lines in turn. */
async function chat(user: User, pair: readonly [number, number], lines: string[]): Promise<void> {
  for (const [i, content] of lines.entries()) {
    const [from_user_id, to_user_id] = i % 2 === 0 ? pair : [pair[1], pair[0]]
    await user.sendMessage({ from_user_id, to_user_id, content })
  }
}

async function mediaPipeline(mediaDir: string) {
  const limits = mediaLimits()
  const ffmpeg = findFfmpeg(undefined)
  return {
    storage: await localDisk(mediaDir),
    limits,
    parser: videoParser(),
    remux: remuxer(ffmpeg, limits),
    drawCover: coverDrawer(ffmpeg, limits),
  }
}

/** Creates an account, or signs in to the one from an earlier run. */
async function openAccount(user: User, i: number): Promise<number> {
  const round = Math.floor(i / userNames.length)
  const credentials = {
    username: `${userNames[i % userNames.length]}${round > 0 ? round + 1 : ''}`,
    password: demoPassword,
  }
  try {
    const { user_id } = await user.createUser(credentials)
    const signature = signatures[i % signatures.length]!
    const [profile] = (await user.batchGetUserDetail({ user_id: [user_id], profile_only: true })).userDetailInfoList
    if (profile) await user.updateUserInfo({ ...profile, signature })
    return user_id
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== status.ALREADY_EXISTS) throw error
    const { id, success } = await user.checkPassWord(credentials)
    if (!success) throw new Error(`somebody else is called ${credentials.username}`)
    return id
  }
}

/** Runs `work` for 0 to `total` - 1, a few at a time, and shows the progress. */
async function runConcurrently<Result>(
  what: string | undefined,
  total: number,
  work: (i: number) => Promise<Result>,
): Promise<Result[]> {
  const show = what ? progress(what, total) : () => {}
  const results: Result[] = new Array(total)
  let next = 0
  let done = 0
  const worker = async () => {
    for (let i = next++; i < total; i = next++) {
      results[i] = await work(i)
      show(++done)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}

/** A number in [0, 1) that looks random and is always the same. */
function scatter(i: number, salt: number): number {
  return Number(Bun.hash.wyhash(`${salt}:${i}`) % 10_000n) / 10_000
}
