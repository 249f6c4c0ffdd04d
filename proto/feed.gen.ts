// Generated from feed.proto by `bun run gen`: change that file, not this one.

export interface Feed {
  /** Videos published before `time`, newest first. No time: from the newest on. */
  getVideos(request: LatestTime): Promise<VideoInfoList>
  /** Added: the same for many at once, in their order: one call for a crowd of which each is at another place. INVALID_ARGUMENT: over 1000 videos in all. */
  getVideoPages(request: LatestTimes): Promise<VideoInfoLists>
  /** The comments of these videos, newest first, 1000 at most in all; none of a deleted one. INVALID_ARGUMENT: over 1000 ids. */
  getVideoComIdList(request: VideoBasicInfo): Promise<CommentList>
  /** These comments in the order asked; one that is gone, or whose video is, is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetComment(request: CommentList): Promise<ContentList>
  /** Publishes a video; its time is greater than that of every video before it. With an upload_id that the user has used within three days the first answer is given again and nothing is published. INVALID_ARGUMENT: no user id, a blank or too long title, no playUrl, an upload_id that was used for other content. */
  createVideo(request: CreateVideoInfo): Promise<VideoBasicInfo>
  /** These videos in the order asked; one that is gone is left out. INVALID_ARGUMENT: over 1000 ids. */
  getVideoList(request: VideoBasicInfo): Promise<VideoInfoList>
  /** Changes playUrl, coverUrl and title where given. Counts and lists follow from rows, so they are never taken from here. NOT_FOUND: no such video. INVALID_ARGUMENT: too long. */
  updateVideoInfo(request: VideoInfo): Promise<object>
  /** Adds (1) or deletes (2) a comment. NOT_FOUND: no such video or comment. PERMISSION_DENIED: somebody else's comment. INVALID_ARGUMENT: another actionType, blank or too long text, a send_id that was used for other content. */
  commentAction(request: CommentInfo): Promise<object>
  /** Added: CommentAction answers Empty, but a client shows the comment it just made, with id and time. Errors as there. */
  addComment(request: CommentInfo): Promise<Content>
  /** Added: the same for many at once, in their order, each with its own outcome: one call and one commit for a crowd. INVALID_ARGUMENT: over 1000 comments. */
  addComments(request: CommentDrafts): Promise<CommentOutcomes>
  /** Added: one page of a video's comments in one call, newest first. NOT_FOUND: no such video. */
  listComments(request: CommentPageRequest): Promise<ContentList>
  /** Added: one page of an author's videos, newest first. */
  listAuthorVideos(request: AuthorVideosRequest): Promise<VideoInfoList>
  /** Added: one page of the videos of these authors together, newest first: the feed of whom a viewer follows. INVALID_ARGUMENT: over 1000 ids. */
  listVideosOf(request: AuthorsVideosRequest): Promise<VideoInfoList>
  /** Added: takes one's own video away, at once and everywhere. NOT_FOUND: no such video. PERMISSION_DENIED: somebody else's. */
  deleteVideo(request: VideoDeletion): Promise<object>
  /** Added: work_count and total_favorited of authors; one who never published is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetAuthorStats(request: AuthorList): Promise<AuthorStatsList>
  /** Added: what user-srv fills the seed's lists `Videos` and `comments` from, the newest 1000 of each author. INVALID_ARGUMENT: over 1000 ids. */
  batchGetAuthored(request: AuthorList): Promise<AuthoredList>
  /** Added: user-srv owns the likes and publishes their counts, absolute and with a version, so that a repeated or late call changes nothing. Answers which of the videos are gone; they are passed over. INVALID_ARGUMENT: over 1000 counts. */
  publishFavoriteCounts(request: FavoriteCountList): Promise<VideoIds>
  /** Added: which of these videos are there, in the order asked: what a like has to know. INVALID_ARGUMENT: over 1000 ids. */
  findVideos(request: VideoBasicInfo): Promise<VideoBasicInfo>
  /** Added: which of these storage keys videos name that are not deleted: web-srv frees the other files. INVALID_ARGUMENT: over 1000 keys. */
  findUsedKeys(request: VideoKeys): Promise<VideoKeys>
  /** Added: what a user published within the last 24 hours, deleted videos included as long as their rows are there. */
  getUploadUsage(request: UploadUsageQuestion): Promise<UploadUsage>
  /** Added: one page of deleted videos in the order of their deletion, which is the order of the commits: a caller that pages on from the last one misses none. web-srv removes their files, user-srv their likes. A video is listed until its row is removed, MEDIA_GRACE_SECONDS after its deletion. */
  listDeletedVideos(request: DeletedVideosRequest): Promise<DeletedVideoList>
}

export interface CommentInfo {
  userId: number
  videoId: number
  /** to delete one */
  comment_id: number
  /** 1 adds, 2 deletes */
  actionType: number
  /** 1..1000 characters */
  commentText: string
  /** added: an idempotency key, 1..64 letters, digits, _ or -: within three days the same key of the same user adds one comment, and each call gets the first answer */
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
  /** added: when it was made */
  create_time: number
  /** added: of whoever made it, with AddComment and AddComments alone */
  author?: AuthorStats | null
}

export interface ContentList {
  contentList: Content[]
  /** added: before_id of the next page, 0 on the last */
  next_before_id: number
}

export interface LatestTime {
  /** exclusive. Under 1e11 it is seconds, as the seed sent them; 0, negative or in the future: no bound */
  time: number
  /** added: page size 1..1000, 0 means 30 */
  limit: number
  /** added: leave commentList empty, which nobody reads on a feed page */
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
  /** added: the publish time, unique, from which a client pages on */
  create_time: number
}

export interface VideoInfoList {
  videoInfos: VideoInfo[]
  /** added: publish time of the last video here, 0 when there is none: `time` of the next page */
  next_time: number
  /** added: each author once; the counts live beside the videos, a second call would be waste */
  authors: AuthorStats[]
}

export interface NextTime {
  time: number
}

export interface VideoBasicInfo {
  videoId: number[]
  /** added, of GetVideoList alone: leave commentList empty; no answer sets it */
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
  /** what the call for one would have ended with, 0 for success */
  code: number
  message: string
}

export interface CommentOutcomes {
  outcomes: CommentOutcome[]
}

export interface CommentPageRequest {
  video_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** exclusive, 0 means from the newest on */
  before_id: number
}

export interface AuthorVideosRequest {
  user_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** exclusive, 0 means from the newest on */
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
  /** who asks */
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
  /** the video that was made with it does not count: sent again it takes no more room */
  upload_id: string
}

export interface UploadUsage {
  uploads: number
  bytes: number
}

export interface DeletedVideosRequest {
  /** of the last one known, with after_id; 0 begins with the oldest */
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
