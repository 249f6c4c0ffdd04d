import type { Audit, Finding } from '@douyin/database'
import { inArray } from 'drizzle-orm'
import { auditFeed, deletedKeys, goneVideos, mediaKeys, type Shown, shownLikes } from '../feed-srv/src/audit.ts'
import { videoTable } from '../feed-srv/src/schema.ts'
import {
  auditUser,
  forgetLikes,
  forgetPicture,
  likedVideos,
  pictureKeys,
  publishAgain,
  publishedTotals,
} from '../user-srv/src/audit.ts'
import { folders, isKey, localDisk } from '../web-srv/src/media/store/storage.ts'
import type { Installation } from './installation.ts'
import { badFiles, keysIn } from './media.ts'
import { contentOfUnknownAuthors } from './unknown-authors.ts'

/** A count that was told a moment ago may be on its way from one database to the other. */
const settleMs = 1500

/** What hangs on a deleted video goes within 5 s. */
const removalMs = 10_000

/** All that is looked at: each database by itself, one against the other, and the rows against the files. */
export async function checks(places: Installation, graceSeconds: number): Promise<Audit[]> {
  const storage = await localDisk(places.mediaDir)
  const used = async () => new Set([...(await mediaKeys(places.feed)), ...(await pictureKeys(places.user))])

  async function lostFiles(): Promise<Finding[]> {
    const pictures = new Set(await pictureKeys(places.user))
    const { missing, damaged } = await badFiles(storage, [...(await used())].filter(isKey))
    const mendOf = (key: string) => (pictures.has(key) ? () => forgetPicture(places.user, key) : undefined)
    return [
      ...missing.map((key) => ({ what: 'files', where: `${key} is missing`, mend: mendOf(key) })),
      ...damaged.map((key) => ({ what: 'files', where: `${key} has other bytes`, mend: mendOf(key) })),
    ]
  }

  const usedOf = async (keys: string[]) => {
    const now = await used()
    return keys.filter((key) => now.has(key))
  }

  async function filesOfDeleted(): Promise<Finding[]> {
    const what = 'files of deleted videos'
    const known = new Set([...(await used()), ...(await storage.held())])
    const keys = (await deletedKeys(places.feed, removalMs)).filter((key) => isKey(key) && !known.has(key))
    const files = await Promise.all(keys.map((key) => storage.read(key)))
    const shown = keys.filter((_, i) => files[i])
    const left = await storage.left(removalMs)
    return [
      ...shown.map((key) => ({ what, where: key, mend: () => storage.release([key], usedOf) })),
      ...left.map((key) => ({ what, where: `${key} is on its way out`, mend: () => storage.finish(usedOf) })),
    ]
  }

  async function looseFiles(): Promise<Finding[]> {
    // What is being stored will have a row, or nobody knows yet.
    const known = new Set([...(await used()), ...(await storage.held())])
    const loose: Finding[] = []
    let folder = 0
    for await (const keys of keysIn(places.mediaDir)) {
      const own = folder++
      const found = await Promise.all(keys.filter((key) => !known.has(key)).map((key) => isOld(key)))
      const mend = () => storage.free(own, graceSeconds * 1000, usedOf)
      loose.push(...found.flatMap((key) => (key ? [{ what: 'files of no row', where: key, mend }] : [])))
    }
    return loose
  }

  async function isOld(key: string): Promise<string | undefined> {
    const file = await storage.read(key)
    return file && Date.now() - file.modified.getTime() > graceSeconds * 1000 ? key : undefined
  }

  return [
    ...auditUser(places.user),
    // Before the counts, which it changes.
    ...contentOfUnknownAuthors(places),
    ...auditFeed(places.feed, graceSeconds * 1000),
    { what: 'likes of deleted videos', find: () => likesOfDeleted(places) },
    { what: 'likes that a video shows', find: () => unpublishedLikes(places) },
    { what: 'files', find: lostFiles },
    { what: 'files of deleted videos', find: filesOfDeleted },
    { what: `files of no row (of ${folders} folders)`, find: looseFiles },
  ]
}

/** Likes of videos that are no longer there, and were not a moment ago. */
async function likesOfDeleted({ user, feed }: Installation): Promise<Finding[]> {
  const gone: number[] = []
  let page: number[] = []
  do {
    page = await likedVideos(user, page.at(-1) ?? 0)
    gone.push(...(await goneVideos(feed, page, removalMs)))
  } while (page.length > 0)
  const mendOf = (id: number) => () => forgetLikes(user, id)
  return gone.map((id) => ({ what: 'likes of deleted videos', where: `of video ${id}`, mend: mendOf(id) }))
}

/** Videos that show another number of likes than user-srv has published, and still do a moment later. */
async function unpublishedLikes({ user, feed }: Installation): Promise<Finding[]> {
  const suspects: number[] = []
  let page: Shown[] = []
  do {
    page = await shownLikes(feed, page.at(-1)?.id ?? 0)
    suspects.push(...(await wrongOf(page)).map(({ id }) => id))
  } while (page.length > 0)
  if (suspects.length === 0) return []
  await Bun.sleep(settleMs)
  const again = await shownLikes(feed, 0, inArray(videoTable.id, suspects.slice(0, 1000)))
  return (await wrongOf(again)).map(({ id, favoriteCount, favoriteVersion }) => ({
    what: 'likes that a video shows',
    where: `${id}: ${favoriteCount}`,
    mend: () => publishAgain(user, id, favoriteVersion),
  }))

  async function wrongOf(shown: Shown[]): Promise<Shown[]> {
    const totals = await publishedTotals(
      user,
      shown.map(({ id }) => id),
    )
    return shown.filter(({ id, favoriteCount }) => totals.has(id) && totals.get(id) !== favoriteCount)
  }
}
