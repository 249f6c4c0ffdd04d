import { type Answer, type Api, ok, type Person, password } from './api.ts'
import { type Ledger, newLedger } from './crash-ledger.ts'
import type { Roll } from './dice.ts'

export interface Crowd {
  ledger: Ledger
  /** Ends when nobody waits for an answer. */
  stop(): Promise<void>
}

export interface CrowdOptions {
  http: Api
  /** An MP4; each upload of it gets a few bytes of its own. */
  film: Uint8Array
  roll: Roll
  clients: number
  /** Begins every name and title, where one crowd comes after another. */
  mark?: string
}

const hotShare = 0.3
const mostMistakesMs = 100

/** People who do everything that the app can, one thing after the other each. */
export async function startCrowd({ http, film, roll, clients, mark = '' }: CrowdOptions): Promise<Crowd> {
  const ledger = newLedger()
  const people: Person[] = []
  for (let i = 0; i < clients; i++) people.push(await http.register(`${mark}person ${i}`))
  let videos = ok(await http.get('/douyin/feed/')).video_list.map((video) => video.id)
  const hot = videos[0]!
  let stopped = false
  let made = 0

  const pick = <One>(list: One[]) => list[Math.floor(roll() * list.length)]!
  const someVideo = () => (roll() < hotShare ? hot : pick(videos))

  /** Notes an acknowledged write; says whether it is one. */
  function noted(kind: string, answer: Answer | undefined): answer is Answer {
    const isDone = answer?.http === 200 && answer.status_code === 0
    if (isDone) ledger.acknowledge(kind)
    else ledger.refused++
    return isDone
  }

  const attempt = (asked: Promise<Answer>) => asked.catch(() => undefined)

  async function like({ id, token }: Person) {
    const video = someVideo()
    const key = `${id}:${video}`
    const isLike = ledger.likes.get(key) !== true
    ledger.likes.set(key, 'unknown')
    const request = { token, video_id: video, action_type: isLike ? 1 : 2 }
    if (noted('like', await attempt(http.post('/douyin/favorite/action/', request)))) ledger.likes.set(key, isLike)
  }

  async function follow({ id, token }: Person) {
    const other = pick(people.filter((one) => one.id !== id))
    const key = `${id}:${other.id}`
    const isFollow = ledger.follows.get(key) !== true
    ledger.follows.set(key, 'unknown')
    const request = { token, to_user_id: other.id, action_type: isFollow ? 1 : 2 }
    if (noted('follow', await attempt(http.post('/douyin/relation/action/', request))))
      ledger.follows.set(key, isFollow)
  }

  /** Writes one, and half the time deletes it again. */
  async function comment({ token }: Person) {
    const about = { token, video_id: someVideo() }
    const text = `comment ${++made}`
    const write = { ...about, action_type: 1, comment_text: text }
    const written = await attempt(http.post('/douyin/comment/action/', write))
    if (!noted('comment', written)) return
    const { id } = written.comment
    ledger.comments.set(id, { text, known: true })
    if (roll() < 0.5) return
    ledger.comments.set(id, { text, known: 'unknown' })
    const remove = { ...about, action_type: 2, comment_id: id }
    const removed = await attempt(http.post('/douyin/comment/action/', remove))
    if (noted('comment deleted', removed)) ledger.comments.set(id, { text, known: false })
  }

  async function publish(person: Person) {
    const title = `${mark}video ${++made}`
    if (noted('video', await attempt(http.publish(person, title, withTail(film, title))))) ledger.published.add(title)
  }

  async function register() {
    const username = `${mark}newcomer ${++made}`
    const answer = await attempt(http.post('/douyin/user/register/', { username, password }))
    if (noted('registration', answer)) ledger.registered.set(username, answer.user_id)
  }

  async function read({ token }: Person) {
    const answer = await attempt(http.get('/douyin/feed/', { token }))
    if (noted('feed read', answer)) videos = [hot, ...answer.video_list.map((video) => video.id)]
  }

  async function live(person: Person) {
    while (!stopped) {
      const chance = roll()
      const refused = ledger.refused
      if (chance < 0.4) await like(person)
      else if (chance < 0.6) await comment(person)
      else if (chance < 0.75) await follow(person)
      else if (chance < 0.78) await publish(person)
      else if (chance < 0.8) await register()
      else await read(person)
      // While something is down, refusals come fast: as a person would, wait a little.
      if (ledger.refused > refused) await Bun.sleep(roll() * mostMistakesMs)
    }
  }

  const lives = people.map(live)
  return {
    ledger,
    async stop() {
      stopped = true
      await Promise.all(lives)
    },
  }
}

/** The film with a `free` box behind it, so that each is a file of its own. */
function withTail(film: Uint8Array, text: string): Blob {
  const body = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + body.length)
  header.write('free', 4)
  return new Blob([new Uint8Array(film), new Uint8Array(header), new Uint8Array(body)])
}
