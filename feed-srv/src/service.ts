import type { Database } from '@douyin/database'
import type { Feed } from '@douyin/proto'
import { authors } from './authors.ts'
import { comments } from './comments.ts'
import { deletion } from './deletion.ts'
import { favoriteCounts } from './favorite-counts.ts'
import { publishing } from './publishing.ts'
import { transcodeLeases } from './transcode-leases.ts'
import { transcodeProgress } from './transcode-progress.ts'
import { transcodeQueue } from './transcode-queue.ts'
import { transcodeResults } from './transcode-results.ts'
import { usage } from './upload-usage.ts'
import { usedMediaKeys } from './used-media-keys.ts'
import { videoEdits } from './video-edits.ts'
import { videos } from './videos.ts'

/** All RPCs of feed.proto: the compiler reports a missing one. */
export const feedService = (db: Database): Feed => ({
  ...videos(db),
  ...publishing(db),
  ...videoEdits(db),
  ...comments(db),
  ...authors(db),
  ...deletion(db),
  ...favoriteCounts(db),
  ...usedMediaKeys(db),
  ...usage(db),
  ...transcodeLeases(db),
  ...transcodeResults(db),
  ...transcodeProgress(db),
  ...transcodeQueue(db),
})
