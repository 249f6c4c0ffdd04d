// An answer as bytes, with the places where it differs from viewer to viewer. Pure functions, no calls.

/** What of an answer is the viewer's own. */
export interface ViewerFlags {
  liked: ReadonlySet<number>
  followed: ReadonlySet<number>
}

/** An answer as a guest gets it. */
export interface Page {
  bytes: Uint8Array<ArrayBuffer>
  /** Where `false` stands for is_favorite of a video, and for is_follow of a user, in the order of bytes. */
  hearts: FlagOffset[]
  follows: FlagOffset[]
  /** Why it is not complete; a guest may see it all the same. */
  missing?: Error
}

interface FlagOffset {
  at: number
  id: number
}

const heart = '"is_favorite":'
const follow = '"is_follow":'
// As long as `false`, and blanks mean nothing between the tokens of JSON.
const yes = new TextEncoder().encode('true ')

/** Of fields whose flags are all false, as guests see them. */
export function makePage(fields: object, missing?: Error): Page {
  const ids = { hearts: [] as number[], follows: [] as number[] }
  collect(fields, ids)
  const bytes = Buffer.from(JSON.stringify({ status_code: 0, status_msg: 'success', ...fields }))
  return {
    bytes,
    hearts: flagOffsets(bytes, heart, ids.hearts),
    follows: flagOffsets(bytes, follow, ids.follows),
    missing,
  }
}

/** The same as one viewer gets it. */
export function withViewerFlags(page: Page, { liked, followed }: ViewerFlags): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(page.bytes)
  for (const { at, id } of page.hearts) if (liked.has(id)) bytes.set(yes, at)
  for (const { at, id } of page.follows) if (followed.has(id)) bytes.set(yes, at)
  return bytes
}

/** The ids of videos and users in the order in which JSON.stringify writes their flags. */
function collect(value: unknown, ids: { hearts: number[]; follows: number[] }): void {
  if (typeof value !== 'object' || value === null) return
  // Object.entries takes three times as long.
  for (const key in value) {
    if (key === 'is_favorite') ids.hearts.push(idOf(value))
    else if (key === 'is_follow') ids.follows.push(idOf(value))
    else collect(value[key as keyof typeof value], ids)
  }
}

function idOf(value: object): number {
  if (!('id' in value) || typeof value.id !== 'number') throw new Error('a flag of something without an id')
  return value.id
}

/** A text cannot hold these quotes: within JSON's strings they are escaped. */
function flagOffsets(bytes: Buffer, key: string, ids: number[]): FlagOffset[] {
  let from = 0
  return ids.map((id) => {
    const at = bytes.indexOf(`${key}false`, from) + key.length
    if (at < key.length) throw new Error(`a page without its ${key}`)
    from = at
    return { at, id }
  })
}
