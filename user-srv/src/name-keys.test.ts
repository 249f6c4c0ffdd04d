import { expect, test } from 'bun:test'
import { foldCase } from '@douyin/proto'
import { type NameKeys, nameKeys } from './name-keys.ts'
import { nameKeyBytes } from './schema.ts'
import { skeleton } from './skeleton.ts'

const isSame = (a: NameKeys, b: NameKeys) => a.nameLetters === b.nameLetters || a.nameLook === b.nameLook
const areSame = (a: string, b: string) => isSame(nameKeys(a), nameKeys(b))

test('names of the same letters in any case count as the same', () => {
  const pairs: [string, string][] = [
    ['Alice', 'aLICE'],
    ['MAIL', 'mail'],
    ['νίκος', 'ΝΊΚΟΣ'],
    ['ольга', 'ОЛЬГА'],
    ['Straße', 'STRASSE'],
    ['Ꭰꭱ', 'ꭰᎡ'],
    ['ıraz', 'IRAZ'],
  ]
  for (const [a, b] of pairs) expect([a, b, areSame(a, b)]).toEqual([a, b, true])
})

test('names that UTS 39 calls confusable count as the same, also if one of them is in another case', () => {
  const lookalikes = {
    admin: [
      'аdmin',
      'аԁmіn',
      'admın',
      'adrnin',
      'АDМIN',
      'ΑDΜΙΝ',
      'ᎪᎠMIN',
      '𝐚𝐝𝐦𝐢𝐧',
      'ａｄｍｉｎ',
      'ⓐⓓⓜⓘⓝ',
      'admi\u0307n',
    ],
    paypal: ['paypaI', 'paypa1', 'раураl', 'PАYPАL', 'paypa|', 'рaypaӏ', 'ρaypal'],
    Alice: ['Аlice', 'Αlice', 'Ꭺlice', 'AIice', 'A1ice', 'аlice', 'alicе', '𝔸𝕝𝕚𝕔𝕖'],
    Henry: ['Ηenry', 'Нenry', 'Ꮋenry', 'ΗENRY', 'henrу'],
    Bob: ['Вob', 'Βob', 'B0b', 'Воb', 'BОB', 'bօb'],
    modern: ['modem', 'Modem', 'rnodern'],
    vera: ['νera', 'ѵera', 'ѵеrа'],
    user1: ['userl', 'userI', 'user|'],
    usero: ['user0', 'userO', 'userо', 'userο', 'userօ'],
    ռ: ['ռ', 'Ռ'],
    口: ['ロ', '⼝'],
    工人: ['エ人', 'エ⼈'],
    'anna b': ['anna  b', 'anna\u00a0b', ' Anna\u3000 B '],
    'it’s': ["it's", 'it`s'],
    '👩‍👩‍👧‍👦': ['👩👩👧👦'],
  }
  const pairs = Object.entries(lookalikes).flatMap(([name, others]) => others.map((other) => [name, other] as const))
  for (const [name, other] of pairs) expect([name, other, areSame(name, other)]).toEqual([name, other, true])
})

test('names that neither look the same nor have the same letters are different', () => {
  const pairs: [string, string][] = [
    ['mail', 'mall'],
    ['Ali', 'all'],
    ['Ivan', 'Inan'],
    ['user1', 'useri'],
    ['user1', 'user2'],
    ['anna', 'ánna'],
    ['anna', 'ännа'],
    ['ann a', 'anna'],
    ['anna', 'annа2'],
    ['小明', '小朋'],
    ['用户一', '用户二'],
    ['🎬', '🎵'],
    ['👍🏻', '👍🏿'],
    ['a.b', 'a-b'],
    ['a_b', 'a-b'],
  ]
  for (const [a, b] of pairs) expect([a, b, areSame(a, b)]).toEqual([a, b, false])
})

test('the numbered names that the camp’s clients generate are all different', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => nameKeys(`douyinTestUserA${i}`))
  expect(new Set(names.map((keys) => keys.nameLetters)).size).toBe(names.length)
  expect(new Set(names.map((keys) => keys.nameLook)).size).toBe(names.length)
})

test('the keys of any 32 characters fit in their columns', () => {
  const sizes = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code))
    .filter((letter) => !/\p{C}/u.test(letter) && letter.normalize('NFKC') === letter)
    .filter((letter) => skeleton(letter) !== letter || foldCase(letter) !== letter || letter.toUpperCase() !== letter)
    .flatMap((letter) => Object.values(nameKeys(`x${letter}`)).map((key) => Buffer.byteLength(key) - 1))
  expect(Math.max(...new Set(sizes)) * 32).toBeLessThanOrEqual(nameKeyBytes)
}, 30_000)
