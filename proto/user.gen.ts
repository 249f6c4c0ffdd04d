// Generated from user.proto by `bun run gen`: change that file, not this one.

export interface User {
  /** ALREADY_EXISTS: the name is taken. INVALID_ARGUMENT: name or password outside the limits. RESOURCE_EXHAUSTED: too many passwords are being hashed. */
  createUser(request: CreateUserInfo): Promise<UserInfoResponse>
  /** An unknown name and a wrong password get the same response in the same time. RESOURCE_EXHAUSTED as above. */
  checkPassWord(request: PasswordCheckInfo): Promise<CheckResponse>
  /** These users in the requested order. An unknown id is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetUserDetail(request: UserBasicInfo): Promise<UserDetailInfoList>
  /** Added: what this service knows of a page of videos: the profiles of these users and the like counts of these videos. INVALID_ARGUMENT: over 1000 ids of one kind. */
  getPageFacts(request: PageFactsRequest): Promise<PageFacts>
  /** The videos of these users, newest first, 1000 at most each. feed-srv owns them and is called for them. */
  getUserVideoList(request: UserBasicInfo): Promise<VideoIdList>
  /** The users that these users follow, newest first, 1000 at most in all. */
  getUserFollows(request: UserBasicInfo): Promise<UserFollowsInfo>
  /** The followers of these users, newest first, 1000 at most in all. */
  getUserFollowers(request: UserBasicInfo): Promise<UserFollowersInfo>
  /** Changes those of name, passward, avatar, background_image and signature that are not empty. Counts and lists in the request are ignored. NOT_FOUND: no such user. ALREADY_EXISTS: name taken. INVALID_ARGUMENT: outside the limits. */
  updateUserInfo(request: UserDetailInfo): Promise<object>
  /** Likes (1) or unlikes (2). A repeated call succeeds and changes nothing, and so does unliking a deleted video. Returns when the like is durable. NOT_FOUND: no such user, or no such video to like. INVALID_ARGUMENT: another actionType. */
  favoriteAction(request: FavInfo): Promise<object>
  /** Follows (1) or unfollows (2). A repeated call succeeds and changes nothing. NOT_FOUND: no such user. INVALID_ARGUMENT: the user itself, or another actionType. */
  relationAction(request: RelationActionInfo): Promise<object>
  /** Added: FavoriteActions and RelationActions run a batch, in order, with an outcome for each action: one call and one commit for many users. INVALID_ARGUMENT: over 1000 actions, or an actionType other than 1 and 2. A like is counted here when the call returns, and in feed-srv (its copy; pages show the count of this service) within a second. */
  favoriteActions(request: FavoriteActionList): Promise<Outcomes>
  /** Added: this video was deleted. New likes are rejected, and its likes are deleted with their counts. The caller that deleted the video calls this; if the call is lost, user-srv finds the video by ListDeletedVideos within seconds. */
  noteVideoDeleted(request: DeletedVideo): Promise<object>
  relationActions(request: RelationActionList): Promise<Outcomes>
  /** Added: changes a password if the old one is right; tokens issued earlier become invalid. NOT_FOUND: no such user. INVALID_ARGUMENT: the new one is outside the limits. RESOURCE_EXHAUSTED as above. */
  changePassword(request: PasswordChange): Promise<PasswordChanged>
  /** Added: makes the tokens issued before invalid. NOT_FOUND: no such user. */
  revokeTokens(request: TokenOwner): Promise<TokenEpoch>
  /** Added: users whose token epoch changed at or after a time, by time and id, 1000 at most: web-srv polls it. */
  listTokenEpochs(request: TokenEpochQuestion): Promise<TokenEpochList>
  /** Added: the limits that are settings of this service, so that other services need no copy of the settings. */
  getLimits(request: LimitsQuestion): Promise<UserLimits>
  /** Added: one page of the videos that a user likes, newest like first. NOT_FOUND: no such user. */
  listFavorites(request: UserPageRequest): Promise<IdPage>
  /** Added: one page of the users that a user follows, newest first, limit up to 10000. NOT_FOUND: no such user. */
  listFollows(request: UserPageRequest): Promise<IdPage>
  /** Added: one page of the followers of a user, newest first. NOT_FOUND: no such user. */
  listFollowers(request: UserPageRequest): Promise<IdPage>
  /** Added: which of these videos the viewer likes and which of these users the viewer follows. Marking a page then needs no whole lists. INVALID_ARGUMENT: over 1000 ids. */
  getViewerFacts(request: ViewerQuestion): Promise<ViewerFacts>
  /** Added: GetViewerFacts for many viewers in one call: many viewers of one page cost little more than one of them. INVALID_ARGUMENT: over 1000 ids of one kind in one question, or over 1000 questions. */
  getViewersFacts(request: ViewersQuestions): Promise<ViewersFacts>
  /** Added: friends and chat, which the seed does not have. Friends are users who follow each other. One page of a user's friends, newest first, each with the last message between the viewer and the friend. NOT_FOUND: no such user. */
  listFriends(request: FriendPageRequest): Promise<FriendPage>
  /** Sends a message; its time is greater than that of every earlier message of the two users. They need not be friends. If the sender has used the send_id within three days, the call returns the first response again and sends nothing. NOT_FOUND: no such user. INVALID_ARGUMENT: to the sender itself, blank or too long, a send_id used for other content. */
  sendMessage(request: MessageDraft): Promise<Message>
  /** Messages between the viewer and another user, oldest first: the newest 1000, or with after_time the first after it. NOT_FOUND: no such user. */
  listMessages(request: MessageQuestion): Promise<MessageList>
  /** Messages after a time in all conversations of the viewer, oldest first: what a client missed while it was offline. Times order the messages of one conversation only, so request a little earlier and skip known messages. The next page starts after the time and id of the last message. */
  listInbox(request: InboxQuestion): Promise<MessageList>
  /** Messages of all users with a greater id, in the order of ids: one request for all open sockets of a web-srv. An id may become visible a moment after a greater one, so request a little earlier and skip known messages. */
  listMessagesSince(request: SinceQuestion): Promise<MessagesSince>
  /** The conversations of the viewer, latest first: the newest 1000. */
  listConversations(request: UserPageRequest): Promise<ConversationList>
  /** Records that the viewer has read the messages of the other user up to this time. An earlier time changes nothing. */
  markRead(request: ReadMark): Promise<object>
  /** Added: those of these storage keys that a profile names: web-srv deletes files that nothing names. INVALID_ARGUMENT: over 1000 keys. */
  findUsedKeys(request: PictureKeys): Promise<PictureKeys>
}

export interface RelationActionInfo {
  userId: number
  toUserId: number
  actionType: number
}

export interface FavInfo {
  userId: number
  videoId: number
  actionType: number
}

export interface FavoriteActionList {
  actions: FavInfo[]
}

export interface RelationActionList {
  actions: RelationActionInfo[]
}

export interface Outcome {
  /** the status code that the call for one action would have returned, 0 for success */
  code: number
  message: string
  /** its reason and values as JSON: reasons.ts */
  failure?: string
}

export interface Outcomes {
  outcomes: Outcome[]
}

export interface DeletedVideo {
  video_id: number
}

export interface CreateUserInfo {
  /** 1..32 characters */
  username: string
  /** 6..32 characters, PASSWORD_MIN sets the lower bound */
  password: string
}

export interface UserInfoResponse {
  user_id: number
}

export interface PasswordCheckInfo {
  username: string
  password: string
}

export interface CheckResponse {
  /** 0 on failure */
  id: number
  success: boolean
  /** added: a valid token of the user names it; it grows with each change of the password */
  token_epoch: number
}

export interface PasswordChange {
  user_id: number
  password: string
  new_password: string
}

export interface PasswordChanged {
  /** false: the old password is wrong */
  success: boolean
  token_epoch: number
}

export interface TokenOwner {
  user_id: number
}

export interface TokenEpoch {
  user_id: number
  token_epoch: number
  change_time: number
}

export interface TokenEpochQuestion {
  from_time: number
  /** of users with exactly from_time, only those with a greater id */
  after_id: number
}

export interface TokenEpochList {
  epochs: TokenEpoch[]
  /** added: when the installation was restored from a backup, 0: never; a valid token names it */
  restore_time: number
}

export interface UserBasicInfo {
  user_id: number[]
  /** added: BatchGetUserDetail leaves out the five lists, total_favorited and work_count */
  profile_only: boolean
}

export interface UserDetailInfo {
  id: number
  name: string
  /** never set in a response */
  passward: string
  follow_count: number
  follower_count: number
  /** the five lists: newest first, 1000 at most each */
  follows: number[]
  followers: number[]
  Videos: number[]
  comments: number[]
  FavList: number[]
  /** added, as all below: the profile of the camp's second API. A storage key, a URL or "" */
  avatar: string
  /** likewise */
  background_image: string
  signature: string
  /** likes received; owned by feed-srv, so not with profile_only */
  total_favorited: number
  /** videos published; likewise */
  work_count: number
  /** likes given */
  favorite_count: number
  /** UpdateUserInfo clears the signature; an empty signature means no change */
  clear_signature: boolean
}

export interface UserDetailInfoList {
  userDetailInfoList: UserDetailInfo[]
}

export interface VideoIdList {
  videoId: number[]
}

export interface UserFollowsInfo {
  FollowId: number[]
}

export interface UserFollowersInfo {
  FollowerId: number[]
}

export interface PageFactsRequest {
  user_id: number[]
  video_id: number[]
}

export interface PageFacts {
  /** as BatchGetUserDetail gives them with profile_only */
  profiles: UserDetailInfo[]
  /** a video that nobody ever liked is left out */
  like_counts: LikeCount[]
}

export interface LikeCount {
  video_id: number
  count: number
}

export interface LimitsQuestion {
}

export interface UserLimits {
  password_characters_min: number
}

export interface RowCursor {
  time: number
  id: number
}

export interface UserPageRequest {
  user_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** `next` of the page before; absent: the first page */
  after?: RowCursor | null
}

export interface IdPage {
  id: number[]
  /** absent on the last page */
  next?: RowCursor | null
}

export interface ViewerQuestion {
  viewer_id: number
  video_id: number[]
  user_id: number[]
}

export interface ViewerFacts {
  liked_video_id: number[]
  followed_user_id: number[]
}

export interface ViewersQuestion {
  viewer_id: number[]
  video_id: number[]
  user_id: number[]
}

export interface ViewersQuestions {
  questions: ViewersQuestion[]
}

export interface ViewersFacts {
  /** of each viewer of each question, in order */
  facts: ViewerFacts[]
}

export interface FriendPageRequest {
  user_id: number
  /** whose messages are shown */
  viewer_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** `next` of the page before; absent: the first page */
  after?: RowCursor | null
}

export interface Friend {
  user_id: number
  /** "" if there is no message between viewer and friend */
  last_message: string
  viewer_sent_it: boolean
}

export interface FriendPage {
  friends: Friend[]
  /** absent on the last page */
  next?: RowCursor | null
}

export interface MessageDraft {
  from_user_id: number
  to_user_id: number
  /** 1..1000 characters */
  content: string
  /** added: an idempotency key of the sender, 1..64 letters, digits, _ or - */
  send_id?: string
}

export interface Message {
  id: number
  from_user_id: number
  to_user_id: number
  content: string
  /** unique within the conversation */
  create_time: number
}

export interface MessageList {
  /** oldest first */
  messages: Message[]
}

export interface MessageQuestion {
  viewer_id: number
  other_id: number
  /** exclusive, 0 means the newest */
  after_time: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** leaves out messages that the viewer sent */
  to_viewer_only: boolean
  /** exclusive, 0 means up to the newest; for paging back through the history */
  before_time: number
}

export interface InboxQuestion {
  viewer_id: number
  /** exclusive */
  after_time: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** includes messages of exactly after_time with a greater id; 0: none of that time */
  after_id: number
}

export interface SinceQuestion {
  /** exclusive; -1: no messages, only the greatest id */
  after_id: number
  /** 1..1000, 0 means 1000 */
  limit: number
}

export interface MessagesSince {
  messages: Message[]
  /** the greatest id of these; if there are none, after_id, or for -1 the greatest id of all */
  last_id: number
}

export interface Conversation {
  /** the other user, friend or not */
  friend?: Friend | null
  last_time: number
  unread_count: number
}

export interface ConversationList {
  conversations: Conversation[]
  /** absent on the last page */
  next?: RowCursor | null
}

export interface ReadMark {
  viewer_id: number
  other_id: number
  time: number
}

export interface PictureKeys {
  key: string[]
}
