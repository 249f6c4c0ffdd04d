import { type Database, errorCode, isOneOf, newestPerOwner } from '@douyin/database'
import { checkIds, checkLength, type Feed, limits, maxIds, type User, type UserDetailInfo } from '@douyin/proto'
import { eq, sql } from 'drizzle-orm'
import { checkName, nameTaken } from './accounts.ts'
import { nextEpoch } from './epochs.ts'
import { requireUser } from './pages.ts'
import type { Passwords } from './passwords.ts'
import { favoriteTable, followTable, userTable } from './schema.ts'

const maxUrl = 512

type Profiles = 'batchGetUserDetail' | 'updateUserInfo' | 'getUserVideoList'

/** What everybody may know of a user. */
export function profiles(db: Database, feed: Feed, passwords: Passwords): Pick<User, Profiles> {
  return {
    async batchGetUserDetail({ user_id, profile_only }) {
      checkIds(user_id)
      if (user_id.length === 0) return { userDetailInfoList: [] }
      const rows = await db.select(shown).from(userTable).where(isOneOf(userTable.id, user_id))
      const byId = new Map(rows.map((row) => [row.id, profile(row)]))
      const found = user_id.map((id) => byId.get(id)).filter((user) => user !== undefined)
      return { userDetailInfoList: profile_only ? found : await withLists(db, feed, found) }
    },

    async getUserVideoList({ user_id }) {
      const { authors } = await feed.batchGetAuthored({ user_id })
      return { videoId: authors.flatMap((author) => author.video_id) }
    },

    async updateUserInfo(request) {
      const { id, name, passward, avatar, background_image, signature } = request
      if (name !== '') checkName(name)
      if (passward !== '') passwords.check(passward)
      checkLength('avatar', avatar, maxUrl)
      checkLength('background_image', background_image, maxUrl)
      checkLength('signature', signature, limits.signature_characters)
      await requireUser(db, id)
      // An empty string is a field that was not given. The hash is made of a given password only, never of a hash.
      const given = {
        name: name || undefined,
        ...(passward && { passwordHash: await passwords.hash(passward), ...nextEpoch() }),
        avatar: avatar || undefined,
        backgroundImage: background_image || undefined,
        signature: request.clear_signature ? '' : signature || undefined,
      }
      if (Object.values(given).every((value) => value === undefined)) return {}
      await db
        .update(userTable)
        .set(given)
        .where(eq(userTable.id, id))
        .catch((error) => {
          throw errorCode(error) === 'ER_DUP_ENTRY' ? nameTaken() : error
        })
      return {}
    },
  }
}

const { id, name, avatar, backgroundImage, signature, followCount, followerCount, favoriteCount } = userTable
const shown = { id, name, avatar, backgroundImage, signature, followCount, followerCount, favoriteCount }

function profile(row: Pick<typeof userTable.$inferSelect, keyof typeof shown>): UserDetailInfo {
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

/** The seed's clients find in a user all that she follows, published, wrote and likes. */
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
