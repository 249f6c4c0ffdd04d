import type { Transaction } from '@douyin/database'
import { checkId, checkText, Failure, type Rendition } from '@douyin/proto'
import { eq } from 'drizzle-orm'
import { videoFileTable, type videoTable } from './schema.ts'

type Video = typeof videoTable.$inferSelect
type Files = Pick<Video, 'playUrl' | 'coverUrl' | 'originalUrl' | 'renditions'>

const maxRenditions = 8
const maxKey = 128

/** Without names of fields and without a check when it is read: it is part of every page. */
type Stored = [playUrl: string, width: number, height: number, bytes: number, bitsPerSecond: number][]

export function parseRenditions(column: string): Rendition[] {
  if (column === '') return []
  const stored: Stored = JSON.parse(column)
  return stored.map(([playUrl, width, height, bytes, bits_per_second]) => {
    return { playUrl, width, height, bytes, bits_per_second }
  })
}

/** The column of these renditions, the lowest first. */
export function formatRenditions(renditions: Rendition[]): string {
  if (renditions.length === 0) return ''
  if (renditions.length > maxRenditions)
    throw new Failure('NOT_WHOLE_NUMBER', { field: 'renditions', min: 0, max: maxRenditions })
  for (const { playUrl, height } of renditions) {
    checkText('playUrl', playUrl, maxKey)
    checkId('renditions', height)
  }
  // Two of one height could be the same file, too.
  for (const names of [renditions.map(({ height }) => height), renditions.map(({ playUrl }) => playUrl)])
    if (new Set<number | string>(names).size < names.length) throw new Failure('INVALID_ARGUMENT')
  const sorted = renditions.toSorted((a, b) => a.height - b.height)
  const stored: Stored = sorted.map((one) => [one.playUrl, one.width, one.height, one.bytes, one.bits_per_second])
  return JSON.stringify(stored)
}

/** The storage keys beside playUrl and coverUrl. */
export const otherKeys = ({ originalUrl, renditions }: Pick<Files, 'originalUrl' | 'renditions'>): string[] => [
  ...new Set([originalUrl, ...parseRenditions(renditions).map(({ playUrl }) => playUrl)].filter((key) => key !== '')),
]

export const allKeys = (video: Files): string[] => [
  ...new Set([video.playUrl, video.coverUrl, ...otherKeys(video)].filter((key) => key !== '')),
]

/** Makes the rows of video_file those of this video, which the caller has locked. */
export async function storeKeys(tx: Transaction, videoId: number, keys: string[]): Promise<void> {
  await tx.delete(videoFileTable).where(eq(videoFileTable.videoId, videoId))
  if (keys.length > 0) await tx.insert(videoFileTable).values(keys.map((key) => ({ videoId, key })))
}
