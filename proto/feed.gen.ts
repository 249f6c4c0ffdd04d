// Generated from feed.proto by `bun run gen`: change that file, not this one.

export interface Feed {
  /** Videos published before `time`, newest first. Without a time: the newest videos. */
  getVideos(request: LatestTime): Promise<VideoInfoList>
  /** Added: several pages of GetVideos, in the order of the requests: one call for many clients that are each at another page. INVALID_ARGUMENT: over 1000 videos in all. */
  getVideoPages(request: LatestTimes): Promise<VideoInfoLists>
  /** The ids of the comments of these videos, newest first, 1000 at most in all. Comments of deleted videos are left out. INVALID_ARGUMENT: over 1000 ids. */
  getVideoComIdList(request: VideoBasicInfo): Promise<CommentList>
  /** These comments in the requested order. A deleted comment, or one of a deleted video, is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetComment(request: CommentList): Promise<ContentList>
  /** Publishes a video; its time is greater than that of every earlier video. If the user has used the upload_id within three days, the call returns the first response again and publishes nothing. With original_url instead of playUrl, the video is prepared first: until FinishTranscodeJob publishes it, only its author sees it. INVALID_ARGUMENT: no user id, a blank or too long title, no playUrl, an upload_id that was used for other content. */
  createVideo(request: CreateVideoInfo): Promise<VideoBasicInfo>
  /** These videos in the requested order. A deleted video is left out, and so is one that is not published, unless viewer_id is its author. INVALID_ARGUMENT: over 1000 ids. */
  getVideoList(request: VideoBasicInfo): Promise<VideoInfoList>
  /** Changes those of playUrl, coverUrl and title that are not empty. Counts and lists in the request are ignored: they are computed from rows. A new playUrl ends the renditions of the old one. NOT_FOUND: no such video. INVALID_ARGUMENT: too long. */
  updateVideoInfo(request: VideoInfo): Promise<object>
  /** Adds (1) or deletes (2) a comment. NOT_FOUND: no such video or comment. PERMISSION_DENIED: somebody else's comment. INVALID_ARGUMENT: another actionType, blank or too long text, a send_id that was used for other content. */
  commentAction(request: CommentInfo): Promise<object>
  /** Added: CommentAction returns Empty, but a client shows its new comment with id and time. The same errors. */
  addComment(request: CommentInfo): Promise<Content>
  /** Added: AddComment for a batch, in order, with an outcome for each comment: one call and one commit for many users. INVALID_ARGUMENT: over 1000 comments. */
  addComments(request: CommentDrafts): Promise<CommentOutcomes>
  /** Added: one page of a video's comments in one call, newest first. NOT_FOUND: no such video. */
  listComments(request: CommentPageRequest): Promise<ContentList>
  /** Added: one page of an author's videos, newest first. If the viewer is the author, the first page begins with the videos that are not published, the newest first. */
  listAuthorVideos(request: AuthorVideosRequest): Promise<VideoInfoList>
  /** Added: one page of the videos of all these authors, newest first: the feed of the users that a viewer follows. INVALID_ARGUMENT: over 1000 ids. */
  listVideosOf(request: AuthorsVideosRequest): Promise<VideoInfoList>
  /** Added: deletes a video of the user; it is visible nowhere after the call. NOT_FOUND: no such video. PERMISSION_DENIED: the video of another user. */
  deleteVideo(request: VideoDeletion): Promise<object>
  /** Added: work_count and total_favorited of users. A user who never published is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetAuthorStats(request: AuthorList): Promise<AuthorStatsList>
  /** Added: the source of the seed's lists `Videos` and `comments` in user-srv: the newest 1000 of each author. INVALID_ARGUMENT: over 1000 ids. */
  batchGetAuthored(request: AuthorList): Promise<AuthoredList>
  /** Added: user-srv owns the likes and publishes their counts. They are absolute and have a version, so a repeated or late call changes nothing. Returns which of the videos are deleted; their counts are ignored. INVALID_ARGUMENT: over 1000 counts. */
  publishFavoriteCounts(request: FavoriteCountList): Promise<VideoIds>
  /** Added: those of these videos that are published, in the requested order: user-srv checks a like by it. INVALID_ARGUMENT: over 1000 ids. */
  findVideos(request: VideoBasicInfo): Promise<VideoBasicInfo>
  /** Added: those of these storage keys that a video names which is not deleted: web-srv deletes the other files. INVALID_ARGUMENT: over 1000 keys. */
  findUsedKeys(request: VideoKeys): Promise<VideoKeys>
  /** Added: what a user uploaded within the last 24 hours. Deleted videos count as long as their rows exist. */
  getUploadUsage(request: UploadUsageQuestion): Promise<UploadUsage>
  /** Added: one page of deleted videos in the order of their deletion. That is the order of the commits, so a caller that continues after the last one misses none. web-srv deletes their files, user-srv their likes. A video is listed until its row is deleted, MEDIA_GRACE_SECONDS after the video. */
  listDeletedVideos(request: DeletedVideosRequest): Promise<DeletedVideoList>
  /** Added with transcoding. A video has one job at most. A worker leases a job, renews the lease while it works, and ends the job. If the lease runs out, another worker gets the job; the earlier one learns that by `lost`, and nothing that it sends changes anything. INVALID_ARGUMENT: no worker, or one over 64 characters, lease_ms out of 1..3600000. The first job that nobody holds: first versions before renditions, renditions before those that were ordered later, and the oldest first. A job that was leased three times in vain is not leased again: see FailTranscodeJob. */
  leaseTranscodeJob(request: TranscodeLeaseRequest): Promise<TranscodeLease>
  /** Extends a lease and tells the progress. */
  renewTranscodeJob(request: TranscodeRenewal): Promise<TranscodeOutcome>
  /** Gives a job back that did not fail, as when the worker stops. It counts as no attempt. */
  returnTranscodeJob(request: TranscodeJobRef): Promise<TranscodeOutcome>
  /** Stores what a job made, and publishes the video if it is not published yet. Within three days a repeated call of the same worker succeeds and changes nothing. INVALID_ARGUMENT: a first version without playUrl, renditions that have no key or height, or the same height twice. */
  finishTranscodeJob(request: TranscodeResult): Promise<TranscodeOutcome>
  /** Ends an attempt. The job waits for the next one; after three attempts or a final failure there is none. Then an unpublished video has failed for this reason, and a published one stays without renditions. INVALID_ARGUMENT: a blank failure, or one over 512 characters. */
  failTranscodeJob(request: TranscodeFailure): Promise<TranscodeOutcome>
  /** How far these videos are. A deleted video is left out. INVALID_ARGUMENT: over 1000 ids. */
  getTranscodeProgress(request: VideoIds): Promise<TranscodeProgressList>
  /** Queues failed videos again. Returns which were queued: those that failed and still have their original. INVALID_ARGUMENT: over 1000 ids. */
  retryTranscode(request: TranscodeRetry): Promise<VideoIds>
  /** Queues the renditions of published videos, page by page, behind all other jobs. */
  makeAllRenditions(request: RenditionsRequest): Promise<RenditionsPage>
  /** The length of the queue, for metrics. */
  countTranscodeJobs(request: TranscodeQueueQuestion): Promise<TranscodeQueue>
}

export interface CommentInfo {
  userId: number
  videoId: number
  /** the comment to delete */
  comment_id: number
  /** 1 adds, 2 deletes */
  actionType: number
  /** 1..1000 characters */
  commentText: string
  /** added: an idempotency key, 1..64 letters, digits, _ or -. Within three days the same key of the same user adds one comment, and every call returns the first response */
  send_id?: string
}

export interface CreateVideoInfo {
  userId: number
  /** a storage key, or an absolute URL */
  playUrl: string
  /** likewise */
  coverUrl: string
  /** 1..255 characters */
  title: string
  /** added: the size of the file that was uploaded */
  bytes?: number
  /** added: an idempotency key, as send_id of a comment */
  upload_id?: string
  /** added: a hash of what was uploaded under upload_id */
  content_hash?: string
  /** added: the storage key of an upload that cannot be published as it is. Then playUrl is empty */
  original_url?: string
  /** added: queues the renditions of a video that is published at once */
  make_renditions?: boolean
  /** added with width and height: of what playUrl plays */
  duration_ms?: number
  width?: number
  height?: number
}

export interface Content {
  userId: number
  str: string
  /** added: which comment this is */
  id: number
  /** added: when it was written */
  create_time: number
  /** added: of its author, set by AddComment and AddComments alone */
  author?: AuthorStats | null
}

export interface ContentList {
  contentList: Content[]
  /** added: before_id of the next page, 0 on the last page */
  next_before_id: number
}

export interface LatestTime {
  /** exclusive. Under 1e11 it is seconds, as the seed sent them; 0, negative or in the future: no bound */
  time: number
  /** added: page size 1..1000, 0 means 30 */
  limit: number
  /** added: leaves commentList empty: web-srv does not read it */
  without_comment_list: boolean
}

export interface LatestTimes {
  pages: LatestTime[]
}

export interface VideoInfoLists {
  pages: VideoInfoList[]
}

export interface VideoInfo {
  id: number
  userId: number
  playUrl: string
  coverUrl: string
  title: string
  favorite_count: number
  comment_count: number
  /** newest first, 1000 at most */
  commentList: number[]
  /** added: the publish time, unique: a cursor for paging; 0 if it is not published */
  create_time: number
  /** added: other sizes of what playUrl plays, the lowest first */
  renditions: Rendition[]
  /** added with width and height: of what playUrl plays; absent if unknown */
  duration_ms?: number
  width?: number
  height?: number
  /** added: absent if the video is published */
  preparation?: Preparation | null
}

export interface Rendition {
  /** a storage key */
  playUrl: string
  width: number
  /** unique within a video */
  height: number
  bytes: number
  bits_per_second: number
}

export interface Preparation {
  /** 'preparing' or 'failed' */
  state: string
  /** 0..1000 */
  progress: number
  /** its reason and values as JSON: reasons.ts; empty while it is prepared */
  failure: string
}

export interface VideoInfoList {
  videoInfos: VideoInfo[]
  /** added: publish time of the last video here, `time` of the next page; 0 without videos. If the last one is not published, it is later than every publish time */
  next_time: number
  /** added: each author once; the counts lie beside the videos, so this saves a call */
  authors: AuthorStats[]
}

export interface NextTime {
  time: number
}

export interface VideoBasicInfo {
  videoId: number[]
  /** added, for GetVideoList alone: leaves commentList empty; no response sets it */
  without_comment_list: boolean
  /** added, for GetVideoList alone: whose unpublished videos are included */
  viewer_id?: number
}

export interface CommentList {
  ComIdList: number[]
}

export interface CommentDrafts {
  comments: CommentInfo[]
}

export interface CommentOutcome {
  /** absent when it was not added */
  content?: Content | null
  /** the status code that AddComment would have returned, 0 for success */
  code: number
  message: string
  /** its reason and values as JSON: reasons.ts */
  failure?: string
}

export interface CommentOutcomes {
  outcomes: CommentOutcome[]
}

export interface CommentPageRequest {
  video_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** exclusive, 0 means the newest */
  before_id: number
}

export interface AuthorVideosRequest {
  user_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** exclusive, 0 means the newest */
  before_time: number
  /** who looks at the list */
  viewer_id?: number
}

export interface AuthorsVideosRequest {
  user_id: number[]
  /** as in LatestTime */
  time: number
  /** 1..1000, 0 means 30 */
  limit: number
}

export interface VideoDeletion {
  /** the user who deletes it */
  user_id: number
  video_id: number
}

export interface AuthorList {
  user_id: number[]
}

export interface AuthorStats {
  user_id: number
  /** videos published */
  work_count: number
  /** likes that they received */
  total_favorited: number
}

export interface AuthorStatsList {
  authors: AuthorStats[]
}

export interface Authored {
  user_id: number
  /** newest first */
  video_id: number[]
  /** newest first */
  comment_id: number[]
  work_count: number
  total_favorited: number
}

export interface AuthoredList {
  authors: Authored[]
}

export interface FavoriteCount {
  video_id: number
  count: number
  version: number
}

export interface FavoriteCountList {
  counts: FavoriteCount[]
}

export interface VideoIds {
  video_id: number[]
}

export interface VideoKeys {
  key: string[]
}

export interface UploadUsageQuestion {
  user_id: number
  /** the video of this upload_id does not count: a retry takes no more space */
  upload_id: string
}

export interface UploadUsage {
  uploads: number
  bytes: number
}

export interface DeletedVideosRequest {
  /** with after_id, the cursor: both of the last video received; 0 starts with the oldest */
  after_time: number
  after_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
}

export interface DeletedVideoInfo {
  id: number
  delete_time: number
  playUrl: string
  coverUrl: string
  /** the storage keys of its renditions, and of its original */
  other_key: string[]
}

export interface DeletedVideoList {
  videos: DeletedVideoInfo[]
}

export interface TranscodeLeaseRequest {
  /** 1..64 characters, another for each process */
  worker: string
  lease_ms: number
}

export interface TranscodeLease {
  /** absent if there is none */
  job?: TranscodeJob | null
}

export interface TranscodeJob {
  id: number
  /** 1 first version that plays, 2 renditions of an upload, 3 renditions that were ordered later */
  kind: number
  /** 1..3 */
  attempt: number
  video_id: number
  /** the author */
  user_id: number
  /** the storage key to read: the original, or playUrl if that is gone */
  source: string
  /** empty if the video is not published */
  playUrl: string
  /** likewise, unless the upload had one */
  coverUrl: string
}

export interface TranscodeRenewal {
  job_id: number
  worker: string
  /** 0..1000 */
  progress: number
  lease_ms: number
}

export interface TranscodeJobRef {
  job_id: number
  worker: string
}

export interface TranscodeOutcome {
  /** the worker does not hold the job, and nothing was changed */
  lost: boolean
  /** storage keys that this video no longer names */
  unused_key: string[]
}

export interface TranscodeResult {
  job_id: number
  worker: string
  /** empty: no change */
  playUrl: string
  /** empty: no change */
  coverUrl: string
  /** replace all earlier ones */
  renditions: Rendition[]
  /** 0: no change */
  duration_ms: number
  /** likewise */
  width: number
  /** likewise */
  height: number
  /** queues a job for renditions, for which the original is kept */
  make_renditions: boolean
}

export interface TranscodeFailure {
  job_id: number
  worker: string
  /** its reason and values as JSON: reasons.ts */
  failure: string
  /** no other attempt can succeed, as with a broken file */
  final: boolean
}

export interface TranscodeProgress {
  video_id: number
  /** the author */
  user_id: number
  /** absent if the video is published */
  preparation?: Preparation | null
}

export interface TranscodeProgressList {
  videos: TranscodeProgress[]
}

export interface TranscodeRetry {
  video_id: number[]
  /** only videos of this user; 0 means any */
  user_id: number
}

export interface RenditionsRequest {
  /** 0 starts with the oldest video */
  after_id: number
  /** videos to look at, 1..1000, 0 means 1000 */
  limit: number
  /** leaves out videos that have renditions */
  only_missing: boolean
}

export interface RenditionsPage {
  /** a video that has a job is not queued again */
  queued: number
  /** 0 after the last page */
  next_after_id: number
}

export interface TranscodeQueueQuestion {
}

export interface TranscodeQueue {
  waiting: number
  running: number
  /** how long the oldest waiting job has waited; 0 if there is none */
  oldest_ms: number
}
