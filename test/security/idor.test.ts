import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Failure, status } from '@douyin/proto'
import { reachServices } from '../../web-srv/src/services.ts'
import { refused, success, type Video } from '../http/answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../http/client.ts'
import { grpcSecret, production } from './production.ts'

let api: Api
let services: ReturnType<typeof reachServices>
let anna: Person
let mallory: Person
let video: Video
let commentId: number
beforeAll(async () => {
  api = await startTestApi({ env: { ...production.env, RATE_LIMIT: 'off' } })
  services = reachServices(api.stack.userAddress, api.stack.feedAddress, grpcSecret)
  ;[anna, mallory] = (await api.people(2)) as [Person, Person]
  video = await api.video(anna)
  const comment = { token: anna.token, video_id: video.id, action_type: 1, comment_text: 'mine' }
  commentId = success(await api.post('/comment/action/', comment)).comment.id
  const message = { token: anna.token, to_user_id: (await api.person()).id, action_type: 1, content: 'between us' }
  success(await api.post('/message/action/', message))
}, startLimitMs)
afterAll(async () => {
  services?.user.close()
  services?.feed.close()
  await api?.close()
})

/** Parameters that claim another identity. */
const claims = () => [
  { user_id: anna.id },
  { userId: anna.id },
  { viewer_id: anna.id, from_user_id: anna.id },
  { id: anna.id, sub: anna.id, user: anna.id },
]

describe('a user who claims another identity by parameters', () => {
  test('likes, follows, comments and sends messages as the owner of the token', async () => {
    for (const claim of claims()) {
      const fields = { ...claim, token: mallory.token }
      success(await api.post('/favorite/action/', { ...fields, video_id: video.id, action_type: 1 }))
      const written = await api.post('/comment/action/', {
        ...fields,
        video_id: video.id,
        action_type: 1,
        comment_text: 'x',
      })
      expect(success(written).comment.user.id).toBe(mallory.id)
      success(await api.post('/relation/action/', { ...fields, to_user_id: anna.id, action_type: 1 }))
      const sent = { ...fields, to_user_id: anna.id, action_type: 1, content: 'hello' }
      success(await api.post('/message/action/', sent))
    }
    const rows = await api.stack.userDatabase.query('select distinct user_id from favorite')
    expect(rows.map(({ user_id }) => user_id)).toEqual([mallory.id])
    const senders = await api.stack.userDatabase.query('select from_id from message where content = "hello"')
    expect(senders.every(({ from_id }) => from_id === mallory.id)).toBe(true)
  })

  test('cannot delete another user’s comment or video, or read another user’s messages', async () => {
    for (const claim of claims()) {
      const fields = { ...claim, token: mallory.token, video_id: video.id }
      refused(await api.post('/comment/action/', { ...fields, action_type: 2, comment_id: commentId }))
      refused(await api.post('/publish/delete/', fields))
      for (const path of [
        '/message/chat/',
        '/message/conversation/list/',
        '/message/unread/',
        '/relation/friend/list/',
      ]) {
        const { text } = await api.get(path, { ...claim, token: mallory.token, to_user_id: anna.id, user_id: anna.id })
        expect(text).not.toContain('between us')
      }
    }
    expect(success(await api.get('/feed/')).video_list.map(({ id }) => id)).toContain(video.id)
    expect(await api.rows('comment')).toBeGreaterThan(0)
  })

  test('changes no profile and no password of another user', async () => {
    for (const claim of claims()) {
      await api.post('/user/update/', { ...claim, token: mallory.token, signature: 'changed' })
      refused(
        await api.post('/user/password/', { ...claim, token: mallory.token, password: 'x', new_password: 'y y y y y' }),
      )
    }
    expect((await api.profile(anna)).signature).toBe('')
  })
})

describe('the services, called without web-srv,', () => {
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'OK',
      (error) => (error instanceof Failure ? status[error.code] : String(error)),
    )

  test('delete a comment or a video only for its author', async () => {
    const { feed } = services
    const comment = { userId: mallory.id, videoId: video.id, actionType: 2, commentText: '', comment_id: commentId }
    expect(await codeOf(feed.commentAction(comment))).toBe('PERMISSION_DENIED')
    expect(await codeOf(feed.deleteVideo({ user_id: mallory.id, video_id: video.id }))).toBe('PERMISSION_DENIED')
  })

  test('return a conversation only to its two users, and a password hash to nobody', async () => {
    const { user } = services
    const { messages } = await user.listMessages({
      viewer_id: mallory.id,
      other_id: anna.id,
      after_time: 0,
      limit: 0,
      to_viewer_only: false,
      before_time: 0,
    })
    expect(messages.map(({ content }) => content)).not.toContain('between us')
    const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: [anna.id], profile_only: false })
    expect(userDetailInfoList.map(({ passward }) => passward)).toEqual([''])
  })

  test('change a password only with the old one', async () => {
    const change = { user_id: anna.id, password: 'a guess', new_password: 'taken over 9' }
    expect(await services.user.changePassword(change)).toEqual({ success: false, token_epoch: 0 })
  })
})
