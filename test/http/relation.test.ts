import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, refused, success, typesOf, userTypes } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi()
}, startLimitMs)
afterAll(() => api.close())

const act = (person: Person, to: { id: number }, action_type: number) =>
  api.post('/relation/action/', { token: person.token, to_user_id: to.id, action_type })
const follow = (person: Person, to: Person) => act(person, to, 1).then(success)
const unfollow = (person: Person, to: Person) => act(person, to, 2)
const list = async (which: 'follow' | 'follower', { id }: Person, viewer?: Person) =>
  success(await api.get(`/relation/${which}/list/`, { user_id: id, token: viewer?.token })).user_list
const ids = async (which: 'follow' | 'follower', person: Person) => (await list(which, person)).map((user) => user.id)
const people = (count: number) => api.people(count) as Promise<[Person, Person, Person, Person]>

/** The follow and follower counts of both users. */
async function counts(one: Person, other: Person) {
  const [from, to] = await Promise.all([api.profile(one, other), api.profile(other, one)])
  return [from.follow_count, from.follower_count, to.follow_count, to.follower_count]
}

describe('following', () => {
  test('increments follow_count of the follower and follower_count of the followed user', async () => {
    const [fan, star] = await people(2)
    await follow(fan, star)
    await eventually(() => counts(fan, star), [1, 0, 0, 1])
    expect([await ids('follow', fan), await ids('follower', star)]).toEqual([[star.id], [fan.id]])
    expect([await ids('follow', star), await ids('follower', fan)]).toEqual([[], []])
  })

  test('twice succeeds, and counts once', async () => {
    const [fan, star] = await people(2)
    await follow(fan, star)
    await follow(fan, star)
    await eventually(() => counts(fan, star), [1, 0, 0, 1])
    expect(await ids('follow', fan)).toEqual([star.id])
    success(await unfollow(fan, star))
    await eventually(() => counts(fan, star), [0, 0, 0, 0])
  })

  test('stopped twice, or never begun, leaves the counts correct', async () => {
    const [fan, star, other] = await people(3)
    await unfollow(fan, star)
    await follow(other, star)
    await unfollow(fan, star)
    await eventually(() => counts(fan, star), [0, 0, 0, 1])
    for (let i = 0; i < 3; i++) await unfollow(other, star)
    await eventually(() => counts(other, star), [0, 0, 0, 0])
    await follow(fan, star)
    await eventually(() => counts(fan, star), [1, 0, 0, 1])
  })

  test('the own account is rejected', async () => {
    const [person] = await people(1)
    for (const action_type of [1, 2]) refused(await act(person, person, action_type))
    await eventually(() => counts(person, person), [0, 0, 0, 0])
    expect([await ids('follow', person), await ids('follower', person)]).toEqual([[], []])
  })

  test('a user who does not exist is rejected', async () => {
    const [person] = await people(1)
    const before = await api.rows('follow')
    for (const action_type of [1, 2]) refused(await act(person, { id: 1_999_999_999 }, action_type))
    expect(await api.rows('follow')).toBe(before)
  })

  test('is done as the owner of the token, and user_id is ignored', async () => {
    const [fan, victim, star] = await people(3)
    const parameters = { token: fan.token, user_id: victim.id, to_user_id: star.id, action_type: 1 }
    success(await api.post('/relation/action/', parameters))
    expect([await ids('follow', fan), await ids('follow', victim)]).toEqual([[star.id], []])
  })

  test('in one direction is independent of the other direction', async () => {
    const [one, other] = await people(2)
    await follow(one, other)
    await follow(other, one)
    await eventually(() => counts(one, other), [1, 1, 1, 1])
    success(await unfollow(one, other))
    await eventually(() => counts(one, other), [0, 1, 1, 0])
    expect([await ids('follow', other), await ids('follower', one)]).toEqual([[one.id], [other.id]])
  })
})

describe('the lists', () => {
  test('contain complete users', async () => {
    const [fan, star] = await people(2)
    await follow(fan, star)
    const [followed] = await list('follow', fan)
    const [follower] = await list('follower', star)
    expect([typesOf(followed), typesOf(follower)]).toEqual([userTypes, userTypes])
    expect([followed?.name, follower?.name]).toEqual([star.name, fan.name])
    await eventually(async () => (await list('follow', fan)).map((user) => user.follower_count), [1])
  })

  test('contain each user once, the newest first', async () => {
    const [star, ...fans] = await people(4)
    for (const fan of fans) await follow(fan, star)
    for (const fan of fans) await follow(star, fan)
    const newestFirst = fans.map((fan) => fan.id).toReversed()
    expect([await ids('follower', star), await ids('follow', star)]).toEqual([newestFirst, newestFirst])
  })

  test('show whom the viewer follows, not whom the owner follows', async () => {
    const [owner, star, viewer] = await people(3)
    await follow(owner, star)
    const seenBy = async (person?: Person) => (await list('follow', owner, person)).map((user) => user.is_follow)
    expect([await seenBy(owner), await seenBy(viewer), await seenBy()]).toEqual([[true], [false], [false]])
    await follow(viewer, star)
    expect(await seenBy(viewer)).toEqual([true])
    const fans = async (person: Person) => (await list('follower', star, person)).map((user) => user.is_follow)
    expect(await fans(owner)).toEqual([false, false])
    await follow(viewer, owner)
    expect(await fans(viewer)).toEqual([false, true])
  })

  test('never show that the viewer follows the own account', async () => {
    const [fan, star] = await people(2)
    await follow(fan, star)
    expect((await list('follower', star, fan)).map((user) => user.is_follow)).toEqual([false])
    expect((await api.profile(star, fan)).is_follow).toBe(true)
    expect((await api.profile(fan, fan)).is_follow).toBe(false)
  })

  test('require a user_id', async () => {
    const [{ token }] = await people(1)
    for (const which of ['follow', 'follower']) refused(await api.get(`/relation/${which}/list/`, { token }))
  })
})
