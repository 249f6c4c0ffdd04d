import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Stack, startStack, until } from '../stack.ts'
import { type Message, type SeedClient, seedClient } from './client.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
}, 60_000)
afterAll(() => stack?.stop())

for (const language of ['node', 'python'] as const) {
  describe(`a ${language} client with the seed’s .proto files`, () => {
    let client: SeedClient
    let anna: number
    let bob: number
    const videos: number[] = []
    const names = { anna: `anna on ${language}`, bob: `bob on ${language}` }
    const password = 'correct horse'
    const user = (method: string, request: Message) => client.call('User', method, request)
    const feed = (method: string, request: Message) => client.call('Feed', method, request)
    const userCode = (method: string, request: Message) => client.code('User', method, request)
    const feedCode = (method: string, request: Message) => client.code('Feed', method, request)
    const detail = async (id: number) => (await user('BatchGetUserDetail', { user_id: [id] })).userDetailInfoList[0]
    const video = async (id: number) => (await feed('GetVideoList', { videoId: [id] })).videoInfos[0]

    // The first run on a machine installs the Python packages.
    beforeAll(async () => {
      client = await seedClient(language, stack)
    }, 300_000)
    afterAll(() => client?.close())

    test('CreateUser returns the id in user_id, field 3, and accepts a name only once', async () => {
      anna = (await user('CreateUser', { username: names.anna, password })).user_id
      bob = (await user('CreateUser', { username: names.bob, password })).user_id
      expect([anna > 0, bob > anna]).toEqual([true, true])
      expect(await userCode('CreateUser', { username: names.anna, password })).toBe('ALREADY_EXISTS')
      expect(await userCode('CreateUser', { username: '', password })).toBe('INVALID_ARGUMENT')
    })

    test('CheckPassWord returns the id for a right password, and id 0 for a wrong one', async () => {
      expect(await user('CheckPassWord', { username: names.anna, password })).toEqual({ id: anna, success: true })
      const wrong = { id: 0, success: false }
      expect(await user('CheckPassWord', { username: names.anna, password: 'wrong horse' })).toEqual(wrong)
      expect(await user('CheckPassWord', { username: 'nobody at all', password })).toEqual(wrong)
    })

    test('CreateVideo, GetVideoList, GetVideos and GetUserVideoList work, and lists have the newest first', async () => {
      for (const title of ['first', 'second', 'third']) {
        const clip = { userId: bob, playUrl: 'http://cdn/clip.mp4', coverUrl: 'http://cdn/clip.jpg', title }
        videos.unshift((await feed('CreateVideo', clip)).videoId[0])
      }
      expect(await feedCode('CreateVideo', { userId: bob, title: 'no file' })).toBe('INVALID_ARGUMENT')
      expect((await feed('GetVideos', { time: 0 })).videoInfos.slice(0, 3).map(({ id }: Message) => id)).toEqual(videos)
      expect((await user('GetUserVideoList', { user_id: [bob] })).videoId).toEqual(videos)
      expect(await video(videos[2]!)).toMatchObject({ userId: bob, title: 'first', playUrl: 'http://cdn/clip.mp4' })
      expect((await feed('GetVideoList', { videoId: [2_000_000_000] })).videoInfos).toEqual([])
      expect((await feed('GetVideos', { time: 1 })).videoInfos).toEqual([])
    })

    test('UpdateVideoInfo changes only the given fields, and never counts', async () => {
      const before = await video(videos[0]!)
      await feed('UpdateVideoInfo', { id: videos[0], title: 'renamed' })
      expect(await video(videos[0]!)).toEqual({ ...before, title: 'renamed' })
      await feed('UpdateVideoInfo', { ...before, favorite_count: 99, comment_count: 99, commentList: [1, 2, 3] })
      expect(await video(videos[0]!)).toEqual(before)
      expect(await feedCode('UpdateVideoInfo', { id: 2_000_000_000, title: 'x' })).toBe('NOT_FOUND')
    })

    test('FavoriteAction counts a repeated like once and a repeated unlike once', async () => {
      const like = { userId: anna, videoId: videos[0], actionType: 1 }
      const countIs = (count: number) => until(async () => (await video(videos[0]!)).favorite_count === count)
      for (let i = 0; i < 3; i++) await user('FavoriteAction', like)
      await user('FavoriteAction', { ...like, videoId: videos[1] })
      await countIs(1)
      expect((await detail(anna)).FavList).toEqual([videos[1], videos[0]])
      for (let i = 0; i < 3; i++) await user('FavoriteAction', { ...like, actionType: 2 })
      await countIs(0)
      expect((await detail(anna)).FavList).toEqual([videos[1]])
      expect(await userCode('FavoriteAction', { ...like, videoId: 2_000_000_000 })).toBe('NOT_FOUND')
      expect(await userCode('FavoriteAction', { ...like, actionType: 3 })).toBe('INVALID_ARGUMENT')
    })

    test('RelationAction counts a repeated follow once, and GetUserFollows and GetUserFollowers list it once', async () => {
      const follow = { userId: anna, toUserId: bob, actionType: 1 }
      for (let i = 0; i < 3; i++) await user('RelationAction', follow)
      expect((await user('GetUserFollows', { user_id: [anna] })).FollowId).toEqual([bob])
      expect((await user('GetUserFollowers', { user_id: [bob] })).FollowerId).toEqual([anna])
      await until(async () => (await detail(bob)).follower_count === 1)
      expect(await detail(anna)).toMatchObject({ follow_count: 1, follows: [bob] })
      for (let i = 0; i < 3; i++) await user('RelationAction', { ...follow, actionType: 2 })
      await until(async () => (await detail(bob)).follower_count === 0)
      expect((await user('GetUserFollows', { user_id: [anna] })).FollowId).toEqual([])
      expect(await userCode('RelationAction', { ...follow, toUserId: anna })).toBe('INVALID_ARGUMENT')
      expect(await userCode('RelationAction', { ...follow, toUserId: 2_000_000_000 })).toBe('NOT_FOUND')
    })

    test('CommentAction lets only the author delete a comment, and GetVideoComIdList and BatchGetComment have the newest first', async () => {
      const about = { userId: anna, videoId: videos[0], actionType: 1 }
      for (const commentText of ['one', 'two 👍']) await feed('CommentAction', { ...about, commentText })
      const { ComIdList } = await feed('GetVideoComIdList', { videoId: [videos[0]] })
      expect(ComIdList).toEqual([...ComIdList].sort((a, b) => b - a))
      const { contentList } = await feed('BatchGetComment', { ComIdList })
      expect(contentList.map(({ userId, str }: Message) => [userId, str])).toEqual([
        [anna, 'two 👍'],
        [anna, 'one'],
      ])
      const remove = { ...about, actionType: 2, comment_id: ComIdList[0] }
      expect(await feedCode('CommentAction', { ...remove, userId: bob })).toBe('PERMISSION_DENIED')
      await until(async () => (await video(videos[0]!)).comment_count === 2)
      await feed('CommentAction', remove)
      expect(await feedCode('CommentAction', remove)).toBe('NOT_FOUND')
      expect(await feedCode('CommentAction', { ...about, commentText: ' ' })).toBe('INVALID_ARGUMENT')
      await until(async () => (await video(videos[0]!)).comment_count === 1)
      expect((await video(videos[0]!)).commentList).toEqual([ComIdList[1]])
    })

    test('UpdateUserInfo with a whole answer keeps the password, and never changes counts', async () => {
      const before = await detail(anna)
      expect(before).toMatchObject({ name: names.anna, passward: '' })
      expect(before.comments.length).toBe(1)
      await user('UpdateUserInfo', { ...before, follow_count: 99, FavList: [1, 2, 3] })
      expect(await detail(anna)).toEqual(before)
      expect((await user('CheckPassWord', { username: names.anna, password })).success).toBe(true)
      await user('UpdateUserInfo', { id: anna, name: `${names.anna} 2` })
      expect(await detail(anna)).toEqual({ ...before, name: `${names.anna} 2` })
      expect(await userCode('UpdateUserInfo', { id: anna, name: names.bob })).toBe('ALREADY_EXISTS')
      expect(await userCode('UpdateUserInfo', { id: 2_000_000_000, name: 'x' })).toBe('NOT_FOUND')
    })

    test('grpc.health.v1 reports each service and the whole server', async () => {
      for (const name of ['User', 'Feed']) {
        for (const service of ['', name]) {
          expect(await client.call(`${name}Health`, 'Check', { service })).toEqual({ status: 'SERVING' })
        }
        expect(await client.code(`${name}Health`, 'Check', { service: 'Nobody' })).toBe('NOT_FOUND')
      }
    })
  })
}
