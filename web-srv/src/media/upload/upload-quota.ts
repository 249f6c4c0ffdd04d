import { Failure, type Feed } from '@douyin/proto'
import type { UploadQuota } from '../media-limits.ts'

/** Throws if a user may not upload `bytes` more. A retry of an upload that is already published uses no quota. */
export type DemandQuota = (userId: number, bytes: number, uploadId: string | undefined) => Promise<void>

/** Limits what each account uploads within 24 hours. Without a quota, feed-srv is not called. */
export function uploadQuota(feed: Pick<Feed, 'getUploadUsage'>, quota: UploadQuota | undefined): DemandQuota {
  return async (userId, bytes, uploadId) => {
    if (!quota) return
    const used = await feed.getUploadUsage({ user_id: userId, upload_id: uploadId ?? '' })
    if (used.uploads >= quota.uploads) throw new Failure('DAILY_UPLOADS_USED_UP', { max: quota.uploads })
    if (used.bytes + bytes > quota.bytes)
      throw new Failure('DAILY_UPLOAD_SIZE_USED_UP', { maxMiB: Math.floor(quota.bytes / 2 ** 20) })
  }
}
