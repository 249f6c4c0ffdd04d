// A model of the product for a property test: its follows, likes, comments, messages and videos, kept in memory. For any
// sequence of actions, every answer and every count of the product has to equal those of the model.

export interface World {
  /** Pairs of follower and followed, by their index in the test, 0 to people - 1. */
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

/** Each change returns whether it succeeds. */
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
    // To unlike a video that does not exist succeeds and changes nothing.
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

const existingVideos = (world: World) => world.videos.filter((video) => !video.isGone)

/** The profile of a person as every viewer sees it. */
export function profileOf(world: World, person: number) {
  const works = existingVideos(world).filter((video) => video.author === person)
  return {
    follow_count: [...world.followed].filter((one) => one.startsWith(`${person} `)).length,
    follower_count: [...world.followed].filter((one) => one.endsWith(` ${person}`)).length,
    signature: world.signatures[person]!,
    work_count: works.length,
    total_favorited: works.reduce((sum, video) => sum + video.likedBy.length, 0),
    favorite_count: existingVideos(world).filter((video) => video.likedBy.includes(person)).length,
  }
}

/** The feed as this person sees it, newest first. */
export function feedOf(world: World, viewer: number) {
  return existingVideos(world)
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

/** The people who follow a person and whom that person follows. */
export const friendsOf = (world: World, person: number, people: number) =>
  Array.from({ length: people }, (_, other) => other).filter(
    (other) => world.followed.has(key(person, other)) && world.followed.has(key(other, person)),
  )

export const chatOf = (world: World, one: number, other: number) =>
  world.messages
    .filter(({ from, to }) => (from === one && to === other) || (from === other && to === one))
    .map(({ from, content }) => ({ from, content }))
