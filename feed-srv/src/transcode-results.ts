import { contentHash, type Database, type Transaction, transact } from '@douyin/database'
import { checkLength, checkText, type Feed, type TranscodeResult } from '@douyin/proto'
import { and, eq } from 'drizzle-orm'
import { publish } from './publishing.ts'
import { idempotencyKeyTable, keyKinds, transcodeJobTable } from './schema.ts'
import {
  changeVideo,
  checkWorker,
  enqueue,
  giveUp,
  jobKinds,
  lockJob,
  maxAttempts,
  removeJob,
} from './transcode-jobs.ts'
import { formatRenditions } from './video-files.ts'

const maxUrl = 512
const maxFailure = 512
/** After the first failure; after the second it is twice as long. A full disk or a restart then costs one attempt. */
const pauseMs = 10_000

const lost = { lost: true, unused_key: [] }

/** How a job ends. */
export function transcodeResults(db: Database): Pick<Feed, 'finishTranscodeJob' | 'failTranscodeJob'> {
  return {
    async finishTranscodeJob(request) {
      checkWorker(request.worker)
      checkLength('playUrl', request.playUrl, maxUrl)
      checkLength('coverUrl', request.coverUrl, maxUrl)
      const renditions = formatRenditions(request.renditions)
      return transact(db, async (tx) => {
        const locked = await lockHeld(tx, request)
        if (!locked) return (await wasFinished(tx, request)) ? { lost: false, unused_key: [] } : lost
        const { job, video } = locked
        if (job.kind === jobKinds.firstVersion || video.publishTime === null)
          checkText('playUrl', request.playUrl, maxUrl)
        await removeJob(tx, video.id)
        const unused_key = await changeVideo(tx, video, { ...changesOf(request), renditions })
        if (request.make_renditions) await enqueue(tx, video.id, jobKinds.renditions)
        await noteFinished(tx, request, video.id)
        if (video.publishTime === null) await publish(tx, video)
        return { lost: false, unused_key }
      })
    },

    async failTranscodeJob({ job_id, worker, failure, final }) {
      checkWorker(worker)
      // Stored as it was sent: the caller may know a reason that this version does not.
      checkText('failure', failure, maxFailure)
      return transact(db, async (tx) => {
        const locked = await lockHeld(tx, { job_id, worker })
        if (!locked) return lost
        const { attempts } = locked.job
        if (final || attempts >= maxAttempts) return { lost: false, unused_key: await giveUp(tx, locked, failure) }
        await tx
          .update(transcodeJobTable)
          .set({ leasedBy: '', leasedUntil: Date.now() + pauseMs * attempts, progress: 0 })
          .where(eq(transcodeJobTable.id, job_id))
        return { lost: false, unused_key: [] }
      })
    },
  }
}

/** Locks the job and its video. Undefined if the worker does not hold the job. */
async function lockHeld(tx: Transaction, { job_id, worker }: { job_id: number; worker: string }) {
  const locked = await lockJob(tx, job_id)
  return locked?.job.leasedBy === worker ? locked : undefined
}

const attemptOf = ({ job_id, worker }: TranscodeResult) => ({
  ...{ userId: 0, kind: keyKinds.finishedJob, key: String(job_id) },
  contentHash: contentHash(worker),
})

async function noteFinished(tx: Transaction, request: TranscodeResult, rowId: number): Promise<void> {
  const row = { ...attemptOf(request), rowId, createTime: Date.now() }
  // After a restore a new job may have the id of one that was finished before.
  await tx.insert(idempotencyKeyTable).values(row).onDuplicateKeyUpdate({ set: row })
}

/** Tells whether this worker finished this job. Read after the locks, behind which the first of two calls commits. */
async function wasFinished(tx: Transaction, request: TranscodeResult): Promise<boolean> {
  const { userId, kind, key } = idempotencyKeyTable
  const attempt = attemptOf(request)
  const [row] = await tx
    .select()
    .from(idempotencyKeyTable)
    .where(and(eq(userId, attempt.userId), eq(kind, attempt.kind), eq(key, attempt.key)))
  return row?.contentHash === attempt.contentHash
}

/** Empty and 0 mean no change. The original stays for a job that makes renditions of it. */
const changesOf = ({ playUrl, coverUrl, duration_ms, width, height, make_renditions }: TranscodeResult) => ({
  failure: '',
  ...(playUrl !== '' && { playUrl }),
  ...(coverUrl !== '' && { coverUrl }),
  ...(duration_ms > 0 && { durationMs: duration_ms }),
  ...(width > 0 && { width }),
  ...(height > 0 && { height }),
  ...(!make_renditions && { originalUrl: '' }),
})
