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
  /** Publishes a video; its time is greater than that of every earlier video. If the user has used the upload_id within three days, the call returns the first response again and publishes nothing. INVALID_ARGUMENT: no user id, a blank or too long title, no playUrl, an upload_id that was used for other content. */
  createVideo(request: CreateVideoInfo): Promise<VideoBasicInfo>
  /** These videos in the requested order. A deleted video is left out. INVALID_ARGUMENT: over 1000 ids. */
  getVideoList(request: VideoBasicInfo): Promise<VideoInfoList>
  /** Changes those of playUrl, coverUrl and title that are not empty. Counts and lists in the request are ignored: they are computed from rows. NOT_FOUND: no such video. INVALID_ARGUMENT: too long. */
  updateVideoInfo(request: VideoInfo): Promise<object>
  /** Adds (1) or deletes (2) a comment. NOT_FOUND: no such video or comment. PERMISSION_DENIED: somebody else's comment. INVALID_ARGUMENT: another actionType, blank or too long text, a send_id that was used for other content. */
  commentAction(request: CommentInfo): Promise<object>
  /** Added: CommentAction returns Empty, but a client shows its new comment with id and time. The same errors. */
  addComment(request: CommentInfo): Promise<Content>
  /** Added: AddComment for a batch, in order, with an outcome for each comment: one call and one commit for many users. INVALID_ARGUMENT: over 1000 comments. */
  addComments(request: CommentDrafts): Promise<CommentOutcomes>
  /** Added: one page of a video's comments in one call, newest first. NOT_FOUND: no such video. */
  listComments(request: CommentPageRequest): Promise<ContentList>
  /** Added: one page of an author's videos, newest first. */
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
  /** Added: those of these videos that exist, in the requested order: user-srv checks a like by it. INVALID_ARGUMENT: over 1000 ids. */
  findVideos(request: VideoBasicInfo): Promise<VideoBasicInfo>
  /** Added: those of these storage keys that a video names which is not deleted: web-srv deletes the other files. INVALID_ARGUMENT: over 1000 keys. */
  findUsedKeys(request: VideoKeys): Promise<VideoKeys>
  /** Added: what a user published within the last 24 hours. Deleted videos count as long as their rows exist. */
  getUploadUsage(request: UploadUsageQuestion): Promise<UploadUsage>
  /** Added: one page of deleted videos in the order of their deletion. That is the order of the commits, so a caller that continues after the last one misses none. web-srv deletes their files, user-srv their likes. A video is listed until its row is deleted, MEDIA_GRACE_SECONDS after the video. */
  listDeletedVideos(request: DeletedVideosRequest): Promise<DeletedVideoList>
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
  /** added: the publish time, unique: a cursor for paging */
  create_time: number
}

export interface VideoInfoList {
  videoInfos: VideoInfo[]
  /** added: publish time of the last video here, `time` of the next page; 0 without videos */
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
}

export interface DeletedVideoList {
  videos: DeletedVideoInfo[]
}
