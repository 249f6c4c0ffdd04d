// What the product is, in a hundred lines: who exists, who likes, follows, wrote and published what. A model for a property
// test: every answer and every count has to be as here, whatever was done in whatever order.

export interface World {
  /** By the number of the person in the test, 0 to people - 1. */
  followed: Set<string>
  videos: ModelVideo[]
  messages: { from: number; to: number; content: string }[]
  signatures: string[]
}

export interface ModelVideo {
  id: number
  author: number
  title: string
  isGone: boolean
  likedBy: number[]
  comments: { id: number; author: number; text: string }[]
}

export const newWorld = (people: number): World => ({
  followed: new Set(),
  videos: [],
  messages: [],
  signatures: Array<string>(people).fill(''),
})

const key = (from: number, to: number) => `${from} ${to}`

/** Each change says whether it succeeds. */
export const changes = {
  follow(world: World, from: number, to: number): boolean {
    if (from === to) return false
    world.followed.add(key(from, to))
    return true
  },
  unfollow(world: World, from: number, to: number): boolean {
    if (from === to) return false
    world.followed.delete(key(from, to))
    return true
  },
  like(video: ModelVideo | undefined, person: number): boolean {
    if (!video || video.isGone) return false
    if (!video.likedBy.includes(person)) video.likedBy.push(person)
    return true
  },
  unlike(video: ModelVideo | undefined, person: number): boolean {
    // Also of what is not there: then it changes nothing.
    if (!video) return true
    video.likedBy = video.likedBy.filter((one) => one !== person)
    return true
  },
  canComment: (video: ModelVideo | undefined) => video !== undefined && !video.isGone,
  uncomment(video: ModelVideo | undefined, person: number, id: number): boolean {
    const comment = video?.comments.find((one) => one.id === id)
    if (!video || comment?.author !== person) return false
    video.comments = video.comments.filter((one) => one !== comment)
    return true
  },
  remove(video: ModelVideo | undefined, person: number): boolean {
    if (!video || video.isGone || video.author !== person) return false
    video.isGone = true
    return true
  },
  send(world: World, from: number, to: number, content: string): boolean {
    if (from === to || content.trim() === '') return false
    world.messages.push({ from, to, content })
    return true
  },
}

const there = (world: World) => world.videos.filter((video) => !video.isGone)

/** What anybody sees of a person. */
export function profileOf(world: World, person: number) {
  const works = there(world).filter((video) => video.author === person)
  return {
    follow_count: [...world.followed].filter((one) => one.startsWith(`${person} `)).length,
    follower_count: [...world.followed].filter((one) => one.endsWith(` ${person}`)).length,
    signature: world.signatures[person]!,
    work_count: works.length,
    total_favorited: works.reduce((sum, video) => sum + video.likedBy.length, 0),
    favorite_count: there(world).filter((video) => video.likedBy.includes(person)).length,
  }
}

/** The feed as this person sees it, newest first. */
export function feedOf(world: World, viewer: number) {
  return there(world)
    .toReversed()
    .map((video) => ({
      id: video.id,
      title: video.title,
      favorite_count: video.likedBy.length,
      comment_count: video.comments.length,
      is_favorite: video.likedBy.includes(viewer),
      is_follow: world.followed.has(key(viewer, video.author)),
    }))
}

/** Who follows a person and is followed by her. */
export const friendsOf = (world: World, person: number, people: number) =>
  Array.from({ length: people }, (_, other) => other).filter(
    (other) => world.followed.has(key(person, other)) && world.followed.has(key(other, person)),
  )

export const chatOf = (world: World, one: number, other: number) =>
  world.messages
    .filter(({ from, to }) => (from === one && to === other) || (from === other && to === one))
    .map(({ from, content }) => ({ from, content }))
