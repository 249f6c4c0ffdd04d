// An answer as bytes, with the places where it differs from viewer to viewer. Pure functions, no calls.

import type { Place } from './places.ts'

/** What of an answer is the viewer's own. */
export interface Facts {
  liked: ReadonlySet<number>
  followed: ReadonlySet<number>
  /** Users of whom she sees nothing. */
  hidden: ReadonlySet<number>
}

/** An answer as a guest gets it. */
export interface Page {
  bytes: Uint8Array<ArrayBuffer>
  /** Where `false` stands for is_favorite of a video, and for is_follow of a user, in the order of bytes. */
  hearts: Mark[]
  follows: Mark[]
  /** Items of its list, in the order of bytes. */
  items: Item[]
  /** Why it is not complete; a guest may see it all the same. */
  missing?: Error
  /** Whose it is, where it is not a guest's. */
  token?: string
  /** Where it is asked for, found once: see places.ts. */
  place?: Place
}

interface Mark {
  at: number
  id: number
}

interface Item {
  start: number
  end: number
  /** Whom it shows. */
  userIds: number[]
}

const heart = '"is_favorite":'
const follow = '"is_follow":'
// As long as `false`, and blanks mean nothing between the tokens of JSON.
const yes = new TextEncoder().encode('true ')

/** Of fields whose flags are all false, as guests see them. */
export function makePage(fields: object, missing?: Error): Page {
  const text: string[] = ['{"status_code":0,"status_msg":"success"']
  const items: Item[] = []
  const ids = { hearts: [] as number[], follows: [] as number[] }
  let length = text[0]!.length
  const add = (piece: string) => {
    text.push(piece)
    length += Buffer.byteLength(piece)
  }
  for (const [key, value] of Object.entries(fields)) {
    add(`,${JSON.stringify(key)}:`)
    if (!Array.isArray(value)) {
      collect(value, ids)
      add(JSON.stringify(value))
      continue
    }
    add('[')
    for (const [i, item] of value.entries()) {
      if (i > 0) add(',')
      const before = ids.follows.length
      collect(item, ids)
      const start = length
      add(JSON.stringify(item))
      items.push({ start, end: length, userIds: ids.follows.slice(before) })
    }
    add(']')
  }
  add('}')
  const bytes = Buffer.from(text.join(''))
  return { bytes, hearts: marks(bytes, heart, ids.hearts), follows: marks(bytes, follow, ids.follows), items, missing }
}

/** The same as one viewer gets it. */
export function personal(page: Page, { liked, followed, hidden }: Facts): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(page.bytes)
  for (const { at, id } of page.hearts) if (liked.has(id)) bytes.set(yes, at)
  for (const { at, id } of page.follows) if (followed.has(id)) bytes.set(yes, at)
  if (hidden.size === 0) return bytes
  const shown = page.items.filter(({ userIds }) => !userIds.some((id) => hidden.has(id)))
  return shown.length === page.items.length ? bytes : only(bytes, page.items, shown)
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
function marks(bytes: Buffer, key: string, ids: number[]): Mark[] {
  let from = 0
  return ids.map((id) => {
    const at = bytes.indexOf(`${key}false`, from) + key.length
    if (at < key.length) throw new Error(`a page without its ${key}`)
    from = at
    return { at, id }
  })
}

/** `bytes` without the items that are not shown, and their commas. */
function only(bytes: Uint8Array<ArrayBuffer>, items: Item[], shown: Item[]): Uint8Array<ArrayBuffer> {
  const head = bytes.subarray(0, items[0]?.start)
  const tail = bytes.subarray(items.at(-1)?.end)
  const between = shown.map(({ start, end }, i) => [i > 0 ? comma : none, bytes.subarray(start, end)])
  return Buffer.concat([head, ...between.flat(), tail])
}

const comma = new TextEncoder().encode(',')
const none = new Uint8Array()
