// Generated from user.proto by `bun run gen`: change that file, not this one.

export interface User {
  /** ALREADY_EXISTS: the name is taken. INVALID_ARGUMENT: name or password outside the limits. RESOURCE_EXHAUSTED: too many passwords are being hashed. */
  createUser(request: CreateUserInfo): Promise<UserInfoResponse>
  /** An unknown name and a wrong password give the same answer in the same time. RESOURCE_EXHAUSTED as above. */
  checkPassWord(request: PasswordCheckInfo): Promise<CheckResponse>
  /** These users in the order asked; one who is not there is left out. INVALID_ARGUMENT: over 1000 ids. */
  batchGetUserDetail(request: UserBasicInfo): Promise<UserDetailInfoList>
  /** Added: what this service knows of a page of videos: the profiles of these users and the like counts of these videos. INVALID_ARGUMENT: over 1000 ids of one kind. */
  getPageFacts(request: PageFactsRequest): Promise<PageFacts>
  /** The videos of these users, newest first, 1000 at most each; asked of feed-srv, which owns them. */
  getUserVideoList(request: UserBasicInfo): Promise<VideoIdList>
  /** Whom these users follow, newest first, 1000 at most in all. */
  getUserFollows(request: UserBasicInfo): Promise<UserFollowsInfo>
  /** Who follows these users, newest first, 1000 at most in all. */
  getUserFollowers(request: UserBasicInfo): Promise<UserFollowersInfo>
  /** Changes name, passward, avatar, background_image and signature where given; counts and lists are never taken from here. NOT_FOUND: no such user. ALREADY_EXISTS: the name is taken. INVALID_ARGUMENT: outside the limits. */
  updateUserInfo(request: UserDetailInfo): Promise<object>
  /** Likes (1) or unlikes (2); once more is a success and changes nothing, as is to unlike a video that is gone. Answers once the like is durable. NOT_FOUND: no such user, or no such video to like. INVALID_ARGUMENT: another actionType. */
  favoriteAction(request: FavInfo): Promise<object>
  /** Follows (1) or unfollows (2); once more is a success and changes nothing. NOT_FOUND: no such user. INVALID_ARGUMENT: oneself, or another actionType. */
  relationAction(request: RelationActionInfo): Promise<object>
  /** Added: both for many at once, in their order, each with its own outcome: one call and one commit for a crowd. INVALID_ARGUMENT: over 1000 actions, or an actionType other than 1 and 2. A like counts here once it is answered, and in feed-srv within a second. */
  favoriteActions(request: FavoriteActionList): Promise<Outcomes>
  /** Added: this video was deleted: nobody likes it any more, and the likes that it has are removed with their counts. The caller that deleted it says so; if that gets lost, user-srv finds it by ListDeletedVideos within seconds. */
  noteVideoDeleted(request: DeletedVideo): Promise<object>
  relationActions(request: RelationActionList): Promise<Outcomes>
  /** Added: changes a password for who knows the old one; tokens given out before are good no more. NOT_FOUND: no such user. INVALID_ARGUMENT: the new one is outside the limits. RESOURCE_EXHAUSTED as above. */
  changePassword(request: PasswordChange): Promise<PasswordChanged>
  /** Added: from now on the tokens given out before are good no more. NOT_FOUND: no such user. */
  revokeTokens(request: TokenOwner): Promise<TokenEpoch>
  /** Added: who changed her epoch from a time on, by time and id, 1000 at most: web-srv asks again and again. */
  listTokenEpochs(request: TokenEpochQuestion): Promise<TokenEpochList>
  /** Added: the limits that are a setting of this service, so that others need not be told them again. */
  getLimits(request: LimitsQuestion): Promise<UserLimits>
  /** Added: one page of the videos that a user likes, newest like first. NOT_FOUND: no such user. */
  listFavorites(request: UserPageRequest): Promise<IdPage>
  /** Added: one page of whom a user follows, newest first, limit up to 10000. NOT_FOUND: no such user. */
  listFollows(request: UserPageRequest): Promise<IdPage>
  /** Added: one page of who follows a user, newest first. NOT_FOUND: no such user. */
  listFollowers(request: UserPageRequest): Promise<IdPage>
  /** Added: which of these videos the viewer likes and which of these users she follows, so that nobody ships whole lists to mark a page. INVALID_ARGUMENT: over 1000 ids. */
  getViewerFacts(request: ViewerQuestion): Promise<ViewerFacts>
  /** Added: the same for many viewers at once, as a crowd that looks at one page costs little more than one of them. INVALID_ARGUMENT: over 1000 ids of one kind in one question, or over 1000 questions. */
  getViewersFacts(request: ViewersQuestions): Promise<ViewersFacts>
  /** Added: friends and chat, which the seed does not have. Friends are users who follow each other. One page of a user's friends, newest first, each with what the viewer and the friend last said to each other. NOT_FOUND: no such user. */
  listFriends(request: FriendPageRequest): Promise<FriendPage>
  /** Sends a message; its time is greater than that of every message of the two before it. No friendship is needed. With a send_id that the sender has used within three days the first answer is given again and nothing is sent. NOT_FOUND: no such user. INVALID_ARGUMENT: to oneself, blank or too long, a send_id that was used for other content. */
  sendMessage(request: MessageDraft): Promise<Message>
  /** Messages of the viewer and one other, oldest first: the newest 1000, or with after_time the first that came later. NOT_FOUND: no such user. */
  listMessages(request: MessageQuestion): Promise<MessageList>
  /** Messages to and from the viewer of all her conversations that came after a time, oldest first: what a client missed while it was away. Times order the messages of one conversation only, so ask from a little earlier and pass over what you have; the next page begins behind time and id of the last message. */
  listInbox(request: InboxQuestion): Promise<MessageList>
  /** Messages of all users with a later id, in the order of ids: one question for all open sockets of a door. An id may become visible a moment after a greater one, so ask from a little earlier and pass over what you have. */
  listMessagesSince(request: SinceQuestion): Promise<MessagesSince>
  /** With whom the viewer spoke, latest first: the newest 1000 conversations. */
  listConversations(request: UserPageRequest): Promise<ConversationList>
  /** Notes that the viewer has read all that the other said up to this time; an earlier time changes nothing. */
  markRead(request: ReadMark): Promise<object>
  /** Added: which of these storage keys profiles name: web-srv frees files that nobody names. INVALID_ARGUMENT: over 1000 keys. */
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
  /** what the call for one would have ended with, 0 for success */
  code: number
  message: string
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
  /** 0 without success */
  id: number
  success: boolean
  /** added: what a token of hers must name; grows with each change of the password */
  token_epoch: number
}

export interface PasswordChange {
  user_id: number
  password: string
  new_password: string
}

export interface PasswordChanged {
  /** false: the old password is another */
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
  /** of those of exactly from_time only ids beyond it */
  after_id: number
}

export interface TokenEpochList {
  epochs: TokenEpoch[]
  /** added: when all of this was brought back from a backup, 0: never; a token has to name it */
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
  /** never filled in an answer */
  passward: string
  follow_count: number
  follower_count: number
  /** the five lists: newest first, 1000 at most each */
  follows: number[]
  followers: number[]
  Videos: number[]
  comments: number[]
  FavList: number[]
  /** added, as all below: the profile of the camp's second API. A storage key, an URL or "" */
  avatar: string
  /** likewise */
  background_image: string
  signature: string
  /** likes received; feed-srv's, so not with profile_only */
  total_favorited: number
  /** videos published; likewise */
  work_count: number
  /** likes given */
  favorite_count: number
  /** UpdateUserInfo makes it empty, which "" cannot say */
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
  /** of each viewer of each question, in their order */
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
  /** "" if viewer and friend never spoke */
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
  /** leave out what the viewer said herself */
  to_viewer_only: boolean
  /** exclusive, 0 means up to the newest: pages back through the history */
  before_time: number
}

export interface InboxQuestion {
  viewer_id: number
  /** exclusive */
  after_time: number
  /** 1..1000, 0 means 1000 */
  limit: number
  /** also those of exactly after_time with a greater id; 0: none of that time */
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
  /** the greatest id of these; where there are none, after_id, or the greatest of all for -1 */
  last_id: number
}

export interface Conversation {
  /** the other one, friend or not */
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
