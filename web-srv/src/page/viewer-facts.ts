import { batcher } from '@douyin/process'
import type { User, ViewerFacts } from '@douyin/proto'
import type { Page, ViewerFlags } from './page-bytes.ts'

interface ViewerQuery {
  viewerId: number
  page: Page
}

/** Pairs of a viewer and an id that one statement looks up. */
const maxPairs = 4000
/** Two batches in flight keep both services busy. */
const concurrency = 2

/** The flags of viewers on pages. Concurrent requests share a call. */
export function viewerFacts(user: Pick<User, 'getViewersFacts'>): (query: ViewerQuery) => Promise<ViewerFlags> {
  return batcher(
    async (queries: ViewerQuery[]) => {
      const pages = new Map<Page, Set<number>>()
      for (const { page, viewerId } of queries) pages.set(page, (pages.get(page) ?? new Set()).add(viewerId))
      const groups = [...pages].map(([page, viewers]) => ({ page, viewers: [...viewers] }))
      const { facts } = await user.getViewersFacts({
        questions: groups.map(({ page, viewers }) => ({
          viewer_id: viewers,
          video_id: unique(page.likes),
          user_id: unique(page.follows),
        })),
      })
      let next = 0
      const found = new Map(
        groups.map(({ page, viewers }) => [page, new Map(viewers.map((id) => [id, toFlags(facts[next++])]))]),
      )
      return queries.map(({ page, viewerId }) => found.get(page)?.get(viewerId) ?? toFlags(undefined))
    },
    { concurrency, maxBatchSize: maxPairs, weight: ({ page }) => page.likes.length + page.follows.length },
  )
}

const unique = (flags: { id: number }[]) => [...new Set(flags.map(({ id }) => id))]

function toFlags(facts: ViewerFacts | undefined): ViewerFlags {
  if (!facts) throw new Error('user-srv left a viewer out')
  return { liked: new Set(facts.liked_video_id), followed: new Set(facts.followed_user_id) }
}
