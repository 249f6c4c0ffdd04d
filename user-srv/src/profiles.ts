import { type Database, isOneOf, newestPerOwner } from '@douyin/database'
import {
  checkIds,
  checkLength,
  Failure,
  type Feed,
  limits,
  maxIds,
  type User,
  type UserDetailInfo,
} from '@douyin/proto'
import { eq, sql } from 'drizzle-orm'
import { likeCountsOf } from './like-count-outbox.ts'
import { nameKeys } from './name-keys.ts'
import { acceptName } from './names.ts'
import type { Passwords } from './passwords.ts'
import { favoriteTable, followTable, userTable } from './schema.ts'
import { requireFreeName, takeName } from './taken-names.ts'
import { nextEpoch } from './token-revocation.ts'

const maxUrl = 512

type Profiles = 'batchGetUserDetail' | 'getPageFacts' | 'updateUserInfo' | 'getUserVideoList'

/** The public profiles of users. */
export function profiles(db: Database, feed: Feed, passwords: Passwords): Pick<User, Profiles> {
  /** In the order of the ids, without those that no user has. */
  async function profilesOf(ids: number[]): Promise<UserDetailInfo[]> {
    if (ids.length === 0) return []
    const rows = await db.select(profileColumns).from(userTable).where(isOneOf(userTable.id, ids))
    const byId = new Map(rows.map((row) => [row.id, profile(row)]))
    return ids.map((id) => byId.get(id)).filter((user) => user !== undefined)
  }

  return {
    async batchGetUserDetail({ user_id, profile_only }) {
      checkIds(user_id)
      const found = await profilesOf(user_id)
      return { userDetailInfoList: profile_only || found.length === 0 ? found : await withLists(db, feed, found) }
    },

    async getPageFacts({ user_id, video_id }) {
      checkIds(user_id)
      checkIds(video_id)
      const [profiles, counts] = await Promise.all([
        profilesOf(user_id),
        video_id.length > 0 ? likeCountsOf(db, video_id) : [],
      ])
      return { profiles, like_counts: counts.map(({ video_id, count }) => ({ video_id, count })) }
    },

    async getUserVideoList({ user_id }) {
      const { authors } = await feed.batchGetAuthored({ user_id })
      return { videoId: authors.flatMap((author) => author.video_id) }
    },

    async updateUserInfo(request) {
      const { id, name, passward, avatar, background_image, signature } = request
      if (passward !== '') passwords.check(passward)
      checkLength('avatar', avatar, maxUrl)
      checkLength('background_image', background_image, maxUrl)
      checkLength('signature', signature, limits.signature_characters)
      const renamed = await newName(db, id, name)
      // An empty string means no change. Only a new password is hashed, never a hash.
      const changes = {
        ...renamed,
        ...(passward && { passwordHash: await passwords.hash(passward), ...nextEpoch() }),
        avatar: avatar || undefined,
        backgroundImage: background_image || undefined,
        signature: request.clear_signature ? '' : signature || undefined,
      }
      if (Object.values(changes).every((value) => value === undefined)) return {}
      await takeName(async () => db.update(userTable).set(changes).where(eq(userTable.id, id)))
      return {}
    },
  }
}

/** The columns that a new name changes. None if it is the present name, which may break rules that were added later. */
async function newName(db: Database, userId: number, requestedName: string) {
  const [user] = await db.select({ name: userTable.name }).from(userTable).where(eq(userTable.id, userId))
  if (!user) throw new Failure('USER_NOT_FOUND', { id: userId })
  if (requestedName === '' || requestedName === user.name) return {}
  const name = acceptName(requestedName)
  const keys = nameKeys(name)
  await requireFreeName(db, name, keys, userId)
  return { name, ...keys }
}

const { id, name, avatar, backgroundImage, signature, followCount, followerCount, favoriteCount } = userTable
const profileColumns = { id, name, avatar, backgroundImage, signature, followCount, followerCount, favoriteCount }

function profile(row: Pick<typeof userTable.$inferSelect, keyof typeof profileColumns>): UserDetailInfo {
  return {
    id: row.id,
    name: row.name,
    passward: '',
    follow_count: row.followCount,
    follower_count: row.followerCount,
    follows: [],
    followers: [],
    Videos: [],
    comments: [],
    FavList: [],
    avatar: row.avatar,
    background_image: row.backgroundImage,
    signature: row.signature,
    total_favorited: 0,
    work_count: 0,
    favorite_count: row.favoriteCount,
    clear_signature: false,
  }
}

/** The seed's clients expect a user with lists: follows, followers, videos, comments and likes. */
async function withLists(db: Database, feed: Feed, users: UserDetailInfo[]): Promise<UserDetailInfo[]> {
  const ids = users.map((user) => user.id)
  const [follows, followers, favorites, { authors }] = await Promise.all([
    newestPerOwner(db, ids, newestFollows),
    newestPerOwner(db, ids, newestFollowers),
    newestPerOwner(db, ids, newestFavorites),
    feed.batchGetAuthored({ user_id: ids }),
  ])
  const authored = new Map(authors.map((author) => [author.user_id, author]))
  return users.map((user) => ({
    ...user,
    follows: follows.get(user.id) ?? [],
    followers: followers.get(user.id) ?? [],
    FavList: favorites.get(user.id) ?? [],
    Videos: authored.get(user.id)?.video_id ?? [],
    comments: authored.get(user.id)?.comment_id ?? [],
    work_count: authored.get(user.id)?.work_count ?? 0,
    total_favorited: authored.get(user.id)?.total_favorited ?? 0,
  }))
}

const newestFollows = {
  table: followTable,
  owner: followTable.followerId,
  id: followTable.followedId,
  order: sql`${followTable.createTime} desc, ${followTable.followedId} desc`,
  limit: maxIds,
}
const newestFollowers = {
  table: followTable,
  owner: followTable.followedId,
  id: followTable.followerId,
  order: sql`${followTable.createTime} desc, ${followTable.followerId} desc`,
  limit: maxIds,
}
const newestFavorites = {
  table: favoriteTable,
  owner: favoriteTable.userId,
  id: favoriteTable.videoId,
  order: sql`${favoriteTable.createTime} desc, ${favoriteTable.videoId} desc`,
  limit: maxIds,
}
