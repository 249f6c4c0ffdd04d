import { type Database, type Transaction, transact } from '@douyin/database'
import { Failure, type Feed, type TranscodeJob, type TranscodeLeaseRequest } from '@douyin/proto'
import { and, asc, eq, lte, sql } from 'drizzle-orm'
import { transcodeJobTable, videoTable } from './schema.ts'
import { checkWorker, failedForUnknownReason, giveUp, type Job, lockJob, maxAttempts } from './transcode-jobs.ts'

const maxLeaseMs = 3_600_000
/** Jobs that one call may end or lose to other workers before it finds its own. */
const maxTries = 100

type Leases = 'leaseTranscodeJob' | 'renewTranscodeJob' | 'returnTranscodeJob'

/** Leases of jobs: a worker, a job, and a time at which the lease ends. */
export function transcodeLeases(db: Database): Pick<Feed, Leases> {
  const { id, leasedBy, attempts } = transcodeJobTable
  const isHeld = (request: { job_id: number; worker: string }) =>
    and(eq(id, request.job_id), eq(leasedBy, request.worker))

  return {
    async leaseTranscodeJob(request) {
      checkWorker(request.worker)
      checkLease(request.lease_ms)
      for (let tries = 0; tries < maxTries; tries++) {
        const found = await transact(db, (tx) => leaseFirst(tx, request))
        if (found === 'none') break
        if ('video_id' in found) return { job: found }
        if (found.attempts >= maxAttempts) await transact(db, (tx) => giveUpIfLapsed(tx, found))
      }
      return {}
    },

    async renewTranscodeJob(request) {
      checkWorker(request.worker)
      checkLease(request.lease_ms)
      const leasedUntil = Date.now() + request.lease_ms
      const progress = Math.min(Math.max(request.progress, 0), 1000)
      const [{ affectedRows }] = await db
        .update(transcodeJobTable)
        .set({ leasedUntil, progress })
        .where(isHeld(request))
      return { lost: affectedRows === 0, unused_key: [] }
    },

    async returnTranscodeJob(request) {
      checkWorker(request.worker)
      const [{ affectedRows }] = await db
        .update(transcodeJobTable)
        .set({ leasedBy: '', leasedUntil: 0, progress: 0, attempts: sql`${attempts} - 1` })
        .where(isHeld(request))
      return { lost: affectedRows === 0, unused_key: [] }
    },
  }
}

function checkLease(leaseMs: number): void {
  if (leaseMs < 1 || leaseMs > maxLeaseMs)
    throw new Failure('NOT_WHOLE_NUMBER', { field: 'lease_ms', min: 1, max: maxLeaseMs })
}

/** Leases the first job that nobody holds. Returns the row if it could not be leased: the caller looks again. */
async function leaseFirst(
  tx: Transaction,
  { worker, lease_ms }: TranscodeLeaseRequest,
): Promise<TranscodeJob | Job | 'none'> {
  const { id, kind, leasedUntil } = transcodeJobTable
  const now = Date.now()
  const [job] = await tx
    .select()
    // By the order of the queue, it stops at the first row. By the lease it would lock all rows, and others find none.
    .from(transcodeJobTable, { forceIndex: 'transcode_job_queue' })
    .where(lte(leasedUntil, now))
    .orderBy(asc(kind), asc(id))
    .limit(1)
    .for('update', { skipLocked: true })
  if (!job) return 'none'
  if (job.attempts >= maxAttempts) return job
  const [video] = await tx
    .select()
    .from(videoTable)
    .where(and(eq(videoTable.id, job.videoId), eq(videoTable.deleteTime, 0)))
  if (!video) {
    await tx.delete(transcodeJobTable).where(eq(id, job.id))
    return job
  }
  const attempt = job.attempts + 1
  const [{ affectedRows }] = await tx
    .update(transcodeJobTable)
    .set({ leasedBy: worker, leasedUntil: now + lease_ms, attempts: attempt, progress: 0 })
    // TiDB ignores SKIP LOCKED and takes no lock: then another worker may have leased it meanwhile.
    .where(and(eq(id, job.id), eq(leasedUntil, job.leasedUntil)))
  if (affectedRows === 0) return job
  const { playUrl, coverUrl, originalUrl, userId } = video
  return {
    ...{ id: job.id, kind: job.kind, attempt, video_id: video.id, user_id: userId },
    ...{ source: originalUrl || playUrl, playUrl, coverUrl },
  }
}

/** In a transaction of its own, since the video has to be locked before the job. */
async function giveUpIfLapsed(tx: Transaction, { id }: Job): Promise<void> {
  const locked = await lockJob(tx, id)
  if (locked && locked.job.attempts >= maxAttempts && locked.job.leasedUntil <= Date.now())
    await giveUp(tx, locked, failedForUnknownReason)
}
