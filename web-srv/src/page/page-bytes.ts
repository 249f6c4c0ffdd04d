// A response as bytes, with the offsets at which it differs between viewers. Pure functions, no calls.

/** The flags of one viewer. */
export interface ViewerFlags {
  liked: ReadonlySet<number>
  followed: ReadonlySet<number>
}

/** A response as guests get it. */
export interface Page {
  bytes: Uint8Array<ArrayBuffer>
  /** The offsets of `false` as the value of is_favorite of a video, and of is_follow of a user, in ascending order. */
  likes: FlagOffset[]
  follows: FlagOffset[]
  /** Why the page is incomplete. A guest gets it all the same. */
  missing?: Error
}

interface FlagOffset {
  at: number
  id: number
}

const likeKey = '"is_favorite":'
const followKey = '"is_follow":'
// As long as `false`. JSON ignores blanks between tokens.
const yes = new TextEncoder().encode('true ')

/** Makes a page of fields whose flags are all false. */
export function makePage(fields: object, missing?: Error): Page {
  const ids = { likes: [] as number[], follows: [] as number[] }
  collect(fields, ids)
  const bytes = Buffer.from(JSON.stringify({ status_code: 0, status_msg: 'success', ...fields }))
  return {
    bytes,
    likes: flagOffsets(bytes, likeKey, ids.likes),
    follows: flagOffsets(bytes, followKey, ids.follows),
    missing,
  }
}

/** The bytes with the flags of one viewer. */
export function withViewerFlags(page: Page, { liked, followed }: ViewerFlags): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(page.bytes)
  for (const { at, id } of page.likes) if (liked.has(id)) bytes.set(yes, at)
  for (const { at, id } of page.follows) if (followed.has(id)) bytes.set(yes, at)
  return bytes
}

/** The ids of videos and users in the order in which JSON.stringify writes their flags. */
function collect(value: unknown, ids: { likes: number[]; follows: number[] }): void {
  if (typeof value !== 'object' || value === null) return
  // Object.entries takes three times as long.
  for (const key in value) {
    if (key === 'is_favorite') ids.likes.push(idOf(value))
    else if (key === 'is_follow') ids.follows.push(idOf(value))
    else collect(value[key as keyof typeof value], ids)
  }
}

function idOf(value: object): number {
  if (!('id' in value) || typeof value.id !== 'number') throw new Error('a flag of something without an id')
  return value.id
}

/** A text cannot contain such a key, as quotes are escaped within JSON strings. */
function flagOffsets(bytes: Buffer, key: string, ids: number[]): FlagOffset[] {
  let from = 0
  return ids.map((id) => {
    const at = bytes.indexOf(`${key}false`, from) + key.length
    if (at < key.length) throw new Error(`a page without its ${key}`)
    from = at
    return { at, id }
  })
}
