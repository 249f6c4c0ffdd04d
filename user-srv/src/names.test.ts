import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let register: Fixture['register']
beforeAll(async () => {
  fixture = await openFixture()
  register = fixture.register
})
afterAll(() => fixture.close())

const rename = async (id: number, name: string) =>
  fixture.user.updateUserInfo({ ...(await fixture.profile(id)), name, signature: '' })
const nameOf = async (id: number) => (await fixture.profile(id)).name
const users = async () => Number((await fixture.fresh.query('select count(*) as number from user'))[0]?.number)

test('a name is stored in NFKC and without blanks around it, and keeps its case', async () => {
  const forms = { ' Ｗｉｄｅ　Name ': 'Wide Name', 'Zoe\u0308': 'Zoë', '™️ Sign': 'TM Sign' }
  for (const [input, stored] of Object.entries(forms)) expect(await nameOf(await register(input))).toBe(stored)
})

test('emoji are stored unchanged, with their joiners, modifiers and tags', async () => {
  for (const name of ['👩‍👩‍👧‍👦', '❤️', '👍🏽', '🇨🇳', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣ 号', '🏳️‍🌈 Ann', '🎬'.repeat(32)]) {
    expect(await nameOf(await register(name))).toBe(name)
  }
})

test('a name in any living script is accepted', async () => {
  for (const name of ['مریم', 'שרה', 'नमस्ते', 'ไอ้บ้า', '한국사람', 'Nguyễn Thị', 'Ольга', 'Ελένη', 'Անի', 'ᏣᎳᎩ', 'ချစ်']) {
    expect(await nameOf(await register(name))).toBe(name)
  }
})

test('invisible, control and bidirectional characters are rejected at every position of a name', async () => {
  const before = await users()
  const between = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const codes = [
    ...between(0, 0x1f).concat(between(0x7f, 0x9f)),
    ...[0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x1680, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f],
    ...between(0x200b, 0x200f).concat(between(0x2028, 0x202e), between(0x2060, 0x206f)),
    ...[0x2800, 0x3164, 0xfe00, 0xfe0e, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xffff],
    ...[0x1bca0, 0x1d159, 0x1d173, 0x1d17a, 0xe0001, 0xe0020, 0xe0061, 0xe007f, 0xe0100, 0xe01ef],
    ...[0x378, 0xe000, 0xf8ff, 0x10fffd, 0x1fffe, 0xd800, 0xdfff],
  ]
  for (const code of codes) {
    const hidden = String.fromCodePoint(code)
    // A character that is also a blank is trimmed from the ends.
    const names = [`ad${hidden}min`, ...(hidden.trim() === '' ? [] : [hidden, `admin${hidden}`, `${hidden}admin`])]
    for (const name of names) expect([code.toString(16), await outcome(register(name))]).toEqual([code.toString(16), 3])
  }
  expect(await users()).toBe(before)
})

test('characters that belong in emoji are rejected elsewhere', async () => {
  const names = [
    'a\u200db',
    '😀\u200d',
    '\u200d😀',
    '1\uFE0F',
    'a\uFE0F',
    '1\u200d2',
    '👩\u200d\u200d👩',
    '😀\u{E0067}\u{E007F}',
  ]
  for (const name of names) expect([name, await outcome(register(name))]).toEqual([name, status.INVALID_ARGUMENT])
})

test('a name that begins with a combining mark, or has more than 4 in a row, is rejected', async () => {
  for (const name of [
    '\u0301',
    '\u0301\u0302',
    '\u0301a',
    '´',
    '\u20dd',
    `x${'\u0336\u0301'.repeat(3)}`,
    `ẍ${'\u0323'.repeat(5)}`,
  ]) {
    expect([name, await outcome(register(name))]).toEqual([name, status.INVALID_ARGUMENT])
  }
})

test('the length limit applies to the stored form of a name', async () => {
  await register(`  ${'e\u0301'.repeat(32)}  `)
  for (const name of ['ﷺ'.repeat(2), '㍿'.repeat(9), 'x'.repeat(300), ' '.repeat(300)])
    expect([name, await outcome(register(name))]).toEqual([name, status.INVALID_ARGUMENT])
})

test('a look-alike of a taken name, or its letters in another case, is rejected', async () => {
  await register('Admin')
  for (const name of [
    'admin',
    'ADMIN',
    ' Admin ',
    'Ａｄｍｉｎ',
    'Аdmin',
    'АDМIN',
    'adrnin',
    'admın',
    '𝐀dmin',
    'admi\u0307n',
  ]) {
    expect([name, await outcome(register(name))]).toEqual([name, status.ALREADY_EXISTS])
  }
})

test('users may change the case of their own name, and cannot take another user’s name in any spelling', async () => {
  const [id, other] = [await register('Carla'), await register('Dora')]
  await rename(id, 'CARLA')
  expect(await nameOf(id)).toBe('CARLA')
  await rename(id, ' Ｃarla ')
  expect(await nameOf(id)).toBe('Carla')
  for (const name of ['dora', 'DORA', 'D0ra', 'Dоra', ' Dora']) {
    expect([name, await outcome(rename(id, name))]).toEqual([name, status.ALREADY_EXISTS])
  }
  for (const name of ['a\u200b', '\u202ealraC', 'Car\nla']) {
    expect([name, await outcome(rename(id, name))]).toEqual([name, status.INVALID_ARGUMENT])
  }
  expect([await nameOf(id), await nameOf(other)]).toEqual(['Carla', 'Dora'])
  await rename(id, 'Elsa')
  expect([await outcome(register('carla')), await outcome(register('ELSA'))]).toEqual([
    'success',
    status.ALREADY_EXISTS,
  ])
})

test('signing in accepts the name in any case and width, with blanks around it, and no other spelling', async () => {
  const id = await register('Zoë Straße')
  const forms = [
    'Zoë Straße',
    'zoë straße',
    'ZOË STRASSE',
    ' zoe\u0308 strasse\t',
    'Ｚｏë Ｓtraße',
    `${' '.repeat(500)}zoë straße`,
  ]
  for (const form of forms) {
    expect([form, (await fixture.check(form, 'secret1')).id]).toEqual([form, id])
    expect([form, (await fixture.check(form, 'Secret1')).success]).toEqual([form, false])
  }
  for (const form of [
    'zoe strasse',
    'zоë straße',
    'zoë  straße',
    'zoë\u200b straße',
    'z0ë straße',
    '',
    '\ud800',
    'ﷺ'.repeat(9000),
  ])
    expect([form, (await fixture.check(form, 'secret1')).success]).toEqual([form, false])
})

test('a password is used exactly as it was typed', async () => {
  await register('exact password', ' Ｐass\u200bword ')
  for (const other of ['Ｐass\u200bword', ' Password ', ' Pass\u200bword ', ' ｐass\u200bword '])
    expect((await fixture.check('exact password', other)).success).toBe(false)
  expect((await fixture.check('exact password', ' Ｐass\u200bword ')).success).toBe(true)
})

test('if 50 look-alikes register at once, one gets the name', async () => {
  const [latin, others] = ['bob', { b: 'bB', o: 'oOоοօ0' }]
  const spell = (i: number) => `${others.b[i % 2]}${others.o[i % 6]}${others.b[(i >> 1) % 2]}${' '.repeat(i % 3)}`
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => outcome(register(spell(i)))))
  expect(outcomes.filter((result) => result === 'success')).toHaveLength(1)
  expect(outcomes.filter((result) => result === status.ALREADY_EXISTS)).toHaveLength(49)
  expect(await outcome(register(latin))).toBe(status.ALREADY_EXISTS)
})

test('if 50 accounts change to look-alikes of one name at once, one gets it', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, (_, i) => register(`renamed ${i}`)))
  const spell = (i: number) => `${'eE'[i % 2]}${'vVνѵ'[i % 4]}${'aAаα'[(i >> 1) % 4]}`
  const outcomes = await Promise.all(ids.map((id, i) => outcome(rename(id, spell(i)))))
  expect(outcomes.filter((result) => result === 'success')).toHaveLength(1)
  expect(outcomes.filter((result) => result === status.ALREADY_EXISTS)).toHaveLength(49)
})
