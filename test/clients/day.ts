// A user's day in the generated TypeScript client: `bun day.ts BASE CLIP`, in the client's own folder.
import { equal, ok } from 'node:assert/strict'
import {
  CommentApi,
  Configuration,
  FavoriteApi,
  FeedApi,
  LimitsApi,
  MessageApi,
  PublishApi,
  RelationApi,
  UserApi,
} from '.'

const [, , base = '', clip = ''] = process.argv
const guest = new Configuration({ basePath: base })
const password = 'correct horse'

const users = new UserApi(guest)
const anna = await users.userRegister({ username: 'anna-ts', password })
const bob = await users.userRegister({ username: 'bob-ts', password })
const wrong = await users.userLogin({ username: 'bob-ts', password: 'wrong horse' })
ok(wrong.statusCode !== 0 && wrong.userId === 0 && wrong.token === '')
equal((await users.userLogin({ username: 'bob-ts', password })).userId, bob.userId)
// Anna sends the token in the header, Bob in the query.
const asAnna = new Configuration({ basePath: base, accessToken: anna.token })
const asBob = new Configuration({ basePath: base, apiKey: bob.token })

const data: Blob = Bun.file(clip)
const title = '第一条 🎬 ts'
equal((await new PublishApi(asBob).publishAction({ title, data, coverTime: 100, uploadId: 'ts' })).statusCode, 0)
const feed = await new FeedApi(asAnna).feed({ latestTime: Date.now() + 1000 })
const video = feed.videoList.find((one) => one.title === title)
ok(video && video.author.id === bob.userId && feed.nextTime > 2 ** 31)
equal((await new FeedApi(guest).feed({ latestTime: 1 })).nextTime, 0)

const about = { videoId: video.id }
equal((await new FavoriteApi(asAnna).favoriteAction({ ...about, actionType: 1 })).statusCode, 0)
const comments = new CommentApi(asAnna)
const { comment } = await comments.commentAction({ ...about, actionType: 1, commentText: '不错', sendId: 'ts' })
ok(comment && comment.user.id === anna.userId)
const page = await comments.commentList({ ...about, limit: 1 })
ok(page.commentList[0]?.content === '不错' && page.commentList[0].createTime! > 2 ** 31 && page.nextCursor === '')
equal((await comments.commentAction({ ...about, actionType: 2, commentId: comment.id })).statusCode, 0)

equal((await new RelationApi(asAnna).relationAction({ toUserId: bob.userId, actionType: 1 })).statusCode, 0)
equal((await new RelationApi(asBob).relationAction({ toUserId: anna.userId, actionType: 1 })).statusCode, 0)
const following = await new FeedApi(asAnna).feedFollowing()
ok(following.videoList[0]?.isFavorite && following.videoList[0].author.isFollow)

const messages = new MessageApi(asAnna)
for (const content of ['one', 'two']) {
  const sent = await messages.messageAction({ toUserId: bob.userId, actionType: 1, content, sendId: `ts-${content}` })
  equal(sent.statusCode, 0)
}
const inbox = new MessageApi(asBob)
const newest = await inbox.messageChat({ toUserId: anna.userId, limit: 1 })
ok(newest.messageList[0]?.content === 'two' && newest.messageList[0].createTime > 2 ** 31 && newest.nextCursor)
const older = await inbox.messageChat({ toUserId: anna.userId, limit: 1, cursor: newest.nextCursor })
equal(older.messageList[0]?.content, 'one')
const later = await inbox.messageChat({ toUserId: anna.userId, preMsgTime: older.messageList[0]!.createTime })
equal(later.messageList.length, 1)
const { conversationList } = await inbox.messageConversationList()
ok(
  conversationList[0]?.unreadCount === 2 && conversationList[0].lastTime > 2 ** 31 && conversationList[0].msgType === 0,
)
equal((await inbox.messageRead({ toUserId: anna.userId, time: conversationList[0].lastTime })).statusCode, 0)

const avatar = new File(['no picture'], 'me.png')
const refused = await new UserApi(asAnna).userUpdate({ avatar })
ok(refused.statusCode === 4 && refused.user === undefined && refused.statusMsg !== '')
equal((await new UserApi(asAnna).userUpdate({ signature: 'I film birds' })).user?.signature, 'I film birds')
ok(((await new LimitsApi(guest).limits()).videoBytes ?? 0) > 0)
equal((await new UserApi(asAnna).userLogout()).statusCode, 0)
equal((await new FeedApi(asAnna).feedFollowing()).statusCode, 3)
