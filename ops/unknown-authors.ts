import type { Audit, Finding } from '@douyin/database'
import { type AuthoredKind, authorIdsAfter, removeAuthored } from '../feed-srv/src/authors-audit.ts'
import { unknownUsers } from '../user-srv/src/audit.ts'
import type { Installation } from './installation.ts'

/**
 * Videos and comments of users that do not exist. A backup saves user-srv first, so it may have some of users who
 * registered while it was made. The next user with such an id must not get them.
 */
export function contentOfUnknownAuthors({ user, feed }: Installation): Audit[] {
  return (['video', 'comment'] as const).map((kind) => {
    const what = `${kind}s by unknown users`
    return { what, find: async () => (await unknownOf(kind)).map((id) => finding(what, kind, id)) }
  })

  async function unknownOf(kind: AuthoredKind): Promise<number[]> {
    const unknown: number[] = []
    let page: number[] = []
    do {
      page = await authorIdsAfter(feed, kind, page.at(-1) ?? 0)
      unknown.push(...(await unknownUsers(user, page)))
    } while (page.length > 0)
    return unknown
  }

  function finding(what: string, kind: AuthoredKind, id: number): Finding {
    return { what, where: `of user ${id}`, mend: () => removeAuthored(feed, kind, id) }
  }
}
