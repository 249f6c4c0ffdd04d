import type { Audit, Finding } from '@douyin/database'
import { authorIdsAfter, type Made, removeMade } from '../feed-srv/src/authors-audit.ts'
import { unknownUsers } from '../user-srv/src/audit.ts'
import type { Installation } from './installation.ts'

/**
 * Videos and comments by users who are not there. A backup saves user-srv first, so it may have some by people who registered while it
 * was made; whoever gets their ids next must not find them.
 */
export function contentOfUnknownAuthors({ user, feed }: Installation): Audit[] {
  return (['video', 'comment'] as const).map((made) => {
    const what = `${made}s by nobody`
    return { what, find: async () => (await unknownOf(made)).map((id) => finding(what, made, id)) }
  })

  async function unknownOf(made: Made): Promise<number[]> {
    const unknown: number[] = []
    let page: number[] = []
    do {
      page = await authorIdsAfter(feed, made, page.at(-1) ?? 0)
      unknown.push(...(await unknownUsers(user, page)))
    } while (page.length > 0)
    return unknown
  }

  function finding(what: string, made: Made, id: number): Finding {
    return { what, where: `of user ${id}`, mend: () => removeMade(feed, made, id) }
  }
}
