import type { Audit, Finding } from '@douyin/database'
import { inArray } from 'drizzle-orm'
import { auditFeed, deletedKeys, goneVideos, mediaKeys, type Shown, shownLikes } from '../feed-srv/src/audit.ts'
import { videoTable } from '../feed-srv/src/schema.ts'
import { forgetRendition, renditionKeys } from '../feed-srv/src/transcode-audit.ts'
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

/** A count that was published a moment ago may be on its way from one database to the other. */
const settleMs = 1500

/** Files and likes of a deleted video are deleted within 5 s. Later they are a finding. */
const removalMs = 10_000

/** All checks: each database by itself, one against the other, and the rows against the files. */
export async function checks(installation: Installation, graceSeconds: number): Promise<Audit[]> {
  const storage = await localDisk(installation.mediaDir)
  const used = async () => new Set([...(await mediaKeys(installation.feed)), ...(await pictureKeys(installation.user))])

  async function lostFiles(): Promise<Finding[]> {
    const pictures = new Set(await pictureKeys(installation.user))
    const { missing, damaged } = await badFiles(storage, [...(await used())].filter(isKey))
    const renditions = new Set(await renditionKeys(installation.feed))
    const mendOf = (key: string) => {
      if (pictures.has(key)) return () => forgetPicture(installation.user, key)
      return renditions.has(key) ? () => forgetRendition(installation.feed, key) : undefined
    }
    return [
      ...missing.map((key) => ({ what: 'files', where: `${key} is missing`, mend: mendOf(key) })),
      ...damaged.map((key) => ({ what: 'files', where: `${key} has other bytes`, mend: mendOf(key) })),
    ]
  }

  const findUsedKeys = async (keys: string[]) => {
    const usedKeys = await used()
    return keys.filter((key) => usedKeys.has(key))
  }

  async function filesOfDeleted(): Promise<Finding[]> {
    const what = 'files of deleted videos'
    const expected = new Set([...(await used()), ...(await storage.held())])
    const keys = (await deletedKeys(installation.feed, removalMs)).filter((key) => isKey(key) && !expected.has(key))
    const files = await Promise.all(keys.map((key) => storage.read(key)))
    const served = keys.filter((_, i) => files[i])
    const trashed = await storage.trashedKeys(removalMs)
    return [
      ...served.map((key) => ({ what, where: key, mend: () => storage.release([key], findUsedKeys) })),
      ...trashed.map((key) => ({ what, where: `${key} is on its way out`, mend: () => storage.finish(findUsedKeys) })),
    ]
  }

  async function unreferencedFiles(): Promise<Finding[]> {
    // A file that is being stored will have a row, or the outcome is not known yet.
    const expected = new Set([...(await used()), ...(await storage.held())])
    const findings: Finding[] = []
    let folder = 0
    for await (const keys of keysIn(installation.mediaDir)) {
      const currentFolder = folder++
      const oldKeys = await Promise.all(keys.filter((key) => !expected.has(key)).map((key) => keyIfOld(key)))
      const mend = () => storage.free(currentFolder, graceSeconds * 1000, findUsedKeys)
      findings.push(...oldKeys.flatMap((key) => (key ? [{ what: 'files of no row', where: key, mend }] : [])))
    }
    return findings
  }

  async function keyIfOld(key: string): Promise<string | undefined> {
    const file = await storage.read(key)
    return file && Date.now() - file.modified.getTime() > graceSeconds * 1000 ? key : undefined
  }

  return [
    ...auditUser(installation.user),
    // Before the counts, since a repair changes them.
    ...contentOfUnknownAuthors(installation),
    ...auditFeed(installation.feed, graceSeconds * 1000),
    { what: 'likes of deleted videos', find: () => likesOfDeleted(installation) },
    { what: 'likes that a video shows', find: () => unpublishedLikes(installation) },
    { what: 'files', find: lostFiles },
    { what: 'files of deleted videos', find: filesOfDeleted },
    { what: `files of no row (of ${folders} folders)`, find: unreferencedFiles },
  ]
}

/** Likes of videos that do not exist, and did not exist a moment ago either. */
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
    suspects.push(...(await differing(page)).map(({ id }) => id))
  } while (page.length > 0)
  if (suspects.length === 0) return []
  await Bun.sleep(settleMs)
  const recheckedVideos = await shownLikes(feed, 0, inArray(videoTable.id, suspects.slice(0, 1000)))
  return (await differing(recheckedVideos)).map(({ id, favoriteCount, favoriteVersion }) => ({
    what: 'likes that a video shows',
    where: `${id}: ${favoriteCount}`,
    mend: () => publishAgain(user, id, favoriteVersion),
  }))

  async function differing(shown: Shown[]): Promise<Shown[]> {
    const totals = await publishedTotals(
      user,
      shown.map(({ id }) => id),
    )
    return shown.filter(({ id, favoriteCount }) => totals.has(id) && totals.get(id) !== favoriteCount)
  }
}
