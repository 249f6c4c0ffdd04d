import { type Answer, type Api, ok, type Person, password } from './api.ts'
import { type Ledger, newLedger } from './crash-ledger.ts'
import type { Random } from './seeded-random.ts'

export interface MixedLoad {
  ledger: Ledger
  /** Resolves when no request is in flight. */
  stop(): Promise<void>
}

export interface MixedLoadOptions {
  http: Api
  /** An MP4. Each upload appends some bytes, so that its content is unique. */
  film: Uint8Array
  random: Random
  clients: number
  /** Prefix of every name and title: two loads on one stack need different ones. */
  mark?: string
}

const hotShare = 0.3
const maxRetryPauseMs = 100

/** Runs clients that each send one request after another, of every kind the app can send. */
export async function startMixedLoad({ http, film, random, clients, mark = '' }: MixedLoadOptions): Promise<MixedLoad> {
  const ledger = newLedger()
  const people: Person[] = []
  for (let i = 0; i < clients; i++) people.push(await http.register(`${mark}person ${i}`))
  let videos = ok(await http.get('/douyin/feed/')).video_list.map((video) => video.id)
  const hot = videos[0]!
  let stopped = false
  let counter = 0

  const pick = <One>(list: One[]) => list[Math.floor(random() * list.length)]!
  const someVideo = () => (random() < hotShare ? hot : pick(videos))

  /** Counts the answer as acknowledged or refused; returns whether it is acknowledged. */
  function isAcknowledged(kind: string, answer: Answer | undefined): answer is Answer {
    const isDone = answer?.http === 200 && answer.status_code === 0
    if (isDone) ledger.acknowledge(kind)
    else ledger.refused++
    return isDone
  }

  const attempt = (request: Promise<Answer>) => request.catch(() => undefined)

  async function like({ id, token }: Person) {
    const video = someVideo()
    const key = `${id}:${video}`
    const isLike = ledger.likes.get(key) !== true
    ledger.likes.set(key, 'unknown')
    const request = { token, video_id: video, action_type: isLike ? 1 : 2 }
    if (isAcknowledged('like', await attempt(http.post('/douyin/favorite/action/', request))))
      ledger.likes.set(key, isLike)
  }

  async function follow({ id, token }: Person) {
    const other = pick(people.filter((one) => one.id !== id))
    const key = `${id}:${other.id}`
    const isFollow = ledger.follows.get(key) !== true
    ledger.follows.set(key, 'unknown')
    const request = { token, to_user_id: other.id, action_type: isFollow ? 1 : 2 }
    if (isAcknowledged('follow', await attempt(http.post('/douyin/relation/action/', request))))
      ledger.follows.set(key, isFollow)
  }

  /** Adds a comment, and deletes it half of the time. */
  async function comment({ token }: Person) {
    const about = { token, video_id: someVideo() }
    const text = `comment ${++counter}`
    const write = { ...about, action_type: 1, comment_text: text }
    const written = await attempt(http.post('/douyin/comment/action/', write))
    if (!isAcknowledged('comment', written)) return
    const { id } = written.comment
    ledger.comments.set(id, { text, known: true })
    if (random() < 0.5) return
    ledger.comments.set(id, { text, known: 'unknown' })
    const remove = { ...about, action_type: 2, comment_id: id }
    const removed = await attempt(http.post('/douyin/comment/action/', remove))
    if (isAcknowledged('comment deleted', removed)) ledger.comments.set(id, { text, known: false })
  }

  async function publish(person: Person) {
    const title = `${mark}video ${++counter}`
    if (isAcknowledged('video', await attempt(http.publish(person, title, withTail(film, title)))))
      ledger.published.add(title)
  }

  async function register() {
    const username = `${mark}newcomer ${++counter}`
    const answer = await attempt(http.post('/douyin/user/register/', { username, password }))
    if (isAcknowledged('registration', answer)) ledger.registered.set(username, answer.user_id)
  }

  async function read({ token }: Person) {
    const answer = await attempt(http.get('/douyin/feed/', { token }))
    if (isAcknowledged('feed read', answer)) videos = [hot, ...answer.video_list.map((video) => video.id)]
  }

  async function runClient(person: Person) {
    while (!stopped) {
      const chance = random()
      const refused = ledger.refused
      if (chance < 0.4) await like(person)
      else if (chance < 0.6) await comment(person)
      else if (chance < 0.75) await follow(person)
      else if (chance < 0.78) await publish(person)
      else if (chance < 0.8) await register()
      else await read(person)
      // A service that is down refuses at once. Without a pause the client would retry in a busy loop.
      if (ledger.refused > refused) await Bun.sleep(random() * maxRetryPauseMs)
    }
  }

  const running = people.map(runClient)
  return {
    ledger,
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  }
}

/** Appends a `free` box with this text to the film, so that its content is unique. */
function withTail(film: Uint8Array, text: string): Blob {
  const body = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + body.length)
  header.write('free', 4)
  return new Blob([new Uint8Array(film), new Uint8Array(header), new Uint8Array(body)])
}
