/** Whether a row must exist, must not exist, or may do either because the write was not answered. */
export type Expected = boolean | 'unknown'

/** The writes that the server acknowledged to the clients. */
export interface Ledger {
  /** The key is `user:video`. */
  likes: Map<string, Expected>
  /** The key is `follower:followed`. */
  follows: Map<string, Expected>
  /** The key is the comment's id. */
  comments: Map<number, { text: string; known: Expected }>
  /** Titles of published videos. Each must exist exactly once. */
  published: Set<string>
  /** Ids of registered users, by name. */
  registered: Map<string, number>
  refused: number
  /** Number of acknowledged writes, by kind. */
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
