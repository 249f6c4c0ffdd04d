import type { Transaction } from '@douyin/database'
import { checkText, encodeFailure, Failure } from '@douyin/proto'
import { and, eq } from 'drizzle-orm'
import { transcodeJobTable, videoTable } from './schema.ts'
import { allKeys, otherKeys, storeKeys } from './video-files.ts'

/** A lower kind is leased first: an author waits for a first version. */
export const jobKinds = { firstVersion: 1, renditions: 2, orderedRenditions: 3 } as const
export type JobKind = (typeof jobKinds)[keyof typeof jobKinds]
export type Job = typeof transcodeJobTable.$inferSelect
export type Video = typeof videoTable.$inferSelect

export const maxAttempts = 3
const maxWorker = 64

/** The failure of a job whose workers died or lost their leases. */
export const failedForUnknownReason = encodeFailure(new Failure('VIDEO_PROCESSING_FAILED'))

export const checkWorker = (worker: string): void => checkText('worker', worker, maxWorker)

/** Queues a job in the transaction that makes it necessary. The video has no other one. */
export async function enqueue(tx: Transaction, videoId: number, kind: JobKind): Promise<void> {
  await tx.insert(transcodeJobTable).values({ videoId, kind, createTime: Date.now() })
}

/** A worker that holds the job learns that it lost it. */
export async function removeJob(tx: Transaction, videoId: number): Promise<void> {
  await tx.delete(transcodeJobTable).where(eq(transcodeJobTable.videoId, videoId))
}

/** Locks the video of a job and then the job, as a deletion does. Undefined if one of them is gone. */
export async function lockJob(tx: Transaction, jobId: number): Promise<{ job: Job; video: Video } | undefined> {
  const thisJob = eq(transcodeJobTable.id, jobId)
  const [found] = await tx.select({ videoId: transcodeJobTable.videoId }).from(transcodeJobTable).where(thisJob)
  if (!found) return undefined
  const [video] = await tx
    .select()
    .from(videoTable)
    .where(and(eq(videoTable.id, found.videoId), eq(videoTable.deleteTime, 0)))
    .for('update')
  const [job] = await tx.select().from(transcodeJobTable).where(thisJob).for('update')
  return video && job && { job, video }
}

/** Changes a locked video and its files. Returns the storage keys that it no longer names. */
export async function changeVideo(tx: Transaction, video: Video, changes: Partial<Video>): Promise<string[]> {
  const changed = { ...video, ...changes }
  await tx.update(videoTable).set(changes).where(eq(videoTable.id, video.id))
  const keys = otherKeys(changed)
  if (keys.join() !== otherKeys(video).join()) await storeKeys(tx, video.id, keys)
  const named = new Set(allKeys(changed))
  return allKeys(video).filter((key) => !named.has(key))
}

/**
 * Ends the last attempt of a locked job. An unpublished video keeps its original, so that it can be queued again. A
 * published one plays as it did.
 */
export async function giveUp(tx: Transaction, { video }: { video: Video }, failure: string): Promise<string[]> {
  await removeJob(tx, video.id)
  return changeVideo(tx, video, video.publishTime === null ? { failure } : { originalUrl: '' })
}
