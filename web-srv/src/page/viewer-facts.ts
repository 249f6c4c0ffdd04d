import { batcher } from '@douyin/process'
import type { User, ViewerFacts } from '@douyin/proto'
import type { Page, ViewerFlags } from './page-bytes.ts'

interface ViewerQuery {
  viewerId: number
  page: Page
}

/** Viewers and ids, multiplied: what one statement looks up. */
const mostPairs = 4000
/** While one lot is read, the next one gathers; a second one keeps both services busy. */
const concurrency = 2

/** What viewers have to do with pages, asked for all who wait in one call. */
export function viewerFacts(user: Pick<User, 'getViewersFacts'>): (ask: ViewerQuery) => Promise<ViewerFlags> {
  return batcher(
    async (asks: ViewerQuery[]) => {
      const pages = new Map<Page, Set<number>>()
      for (const { page, viewerId } of asks) pages.set(page, (pages.get(page) ?? new Set()).add(viewerId))
      const groups = [...pages].map(([page, viewers]) => ({ page, viewers: [...viewers] }))
      const { facts } = await user.getViewersFacts({
        questions: groups.map(({ page, viewers }) => ({
          viewer_id: viewers,
          video_id: unique(page.hearts),
          user_id: unique(page.follows),
        })),
      })
      let next = 0
      const found = new Map(
        groups.map(({ page, viewers }) => [page, new Map(viewers.map((id) => [id, toFacts(facts[next++])]))]),
      )
      return asks.map(({ page, viewerId }) => found.get(page)?.get(viewerId) ?? toFacts(undefined))
    },
    { concurrency, maxBatchSize: mostPairs, weight: ({ page }) => page.hearts.length + page.follows.length },
  )
}

const unique = (marks: { id: number }[]) => [...new Set(marks.map((mark) => mark.id))]

function toFacts(facts: ViewerFacts | undefined): ViewerFlags {
  if (!facts) throw new Error('user-srv left a viewer out')
  return { liked: new Set(facts.liked_video_id), followed: new Set(facts.followed_user_id) }
}
