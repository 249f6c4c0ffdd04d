import { expect, test } from 'bun:test'
import { foldName, normalName } from './names.ts'

test('a name is stored in NFKC, without blanks around it, in its own case', () => {
  const forms = {
    ' Alice\u3000': 'Alice',
    Ａｌｉｃｅ: 'Alice',
    𝒜𝓁𝒾𝒸ℯ: 'Alice',
    'Zoe\u0308': 'Zoë',
    ﬁona: 'fiona',
    'a\u00a0b': 'a b',
    '①号': '1号',
    '抖音 用户': '抖音 用户',
    '🅰️ ™️': '🅰️ TM',
    '👩‍👩‍👧‍👦': '👩‍👩‍👧‍👦',
  }
  for (const [input, normal] of Object.entries(forms)) expect([input, normalName(input)]).toEqual([input, normal])
  for (const input of Object.keys(forms)) expect(normalName(normalName(input))).toBe(normalName(input))
})

test('names that differ in case, width or blanks around them fold to the same', () => {
  const groups = [
    ['Alice', 'ALICE', 'alice', ' aLiCe ', 'ＡＬＩＣＥ', '\tAlice\n'],
    ['Straße', 'STRASSE', 'strasse', 'STRAẞE'],
    ['ΝΊΚΟΣ', 'νίκος', 'Νίκοσ'],
    ['Ольга', 'ОЛЬГА', 'ольга'],
    ['Ꭰꭱ', 'ꭰꭱ', 'ᎠᎡ'],
    ['İpek', 'i̇pek'],
    ['ZOË', 'Zoe\u0308'],
  ]
  for (const group of groups) expect([group, new Set(group.map(foldName)).size]).toEqual([group, 1])
})

test('look-alike names of different letters fold to different texts', () => {
  const names = ['admin', 'аdmin', 'admın', 'admln', 'adrnin', 'adm1n', 'ádmin', 'ad min', 'ad\u200bmin']
  expect(new Set(names.map(foldName)).size).toBe(names.length)
})

test('a megabyte of blanks or letters costs no more to fold than a name', () => {
  expect(foldName(`${' '.repeat(1 << 20)}Alice${' '.repeat(1 << 20)}`)).toBe('alice')
  expect(foldName('ﷺ'.repeat(1 << 20)).length).toBeLessThan(10_000)
})
