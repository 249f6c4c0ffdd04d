/** What is known of something that was written: there, not there, or asked for without an answer. */
export type Known = boolean | 'unknown'

/** What the crowd was told. */
export interface Ledger {
  /** By `user:video`. */
  likes: Map<string, Known>
  /** By `follower:followed`. */
  follows: Map<string, Known>
  /** By id, with the text. */
  comments: Map<number, { text: string; known: Known }>
  /** Titles of published videos: each is there once. */
  published: Set<string>
  /** Ids of registered people, by name. */
  registered: Map<string, number>
  refused: number
  /** Acknowledged writes, by kind. */
  counts(): Record<string, number>
  acknowledge(kind: string): void
}

export function newLedger(): Ledger {
  const acknowledged: Record<string, number> = {}
  return {
    likes: new Map(),
    follows: new Map(),
    comments: new Map(),
    published: new Set(),
    registered: new Map(),
    refused: 0,
    counts: () => acknowledged,
    acknowledge(kind) {
      acknowledged[kind] = (acknowledged[kind] ?? 0) + 1
    },
  }
}
