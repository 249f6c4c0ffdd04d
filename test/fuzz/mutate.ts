import type { Random } from '../seeded-random.ts'

export const pick = <One>(random: Random, list: readonly One[]): One => list[Math.floor(random() * list.length)]!

const specialBytes = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x22, 0x25, 0x2d]

/** A copy of the bytes with some of them changed, removed, duplicated or random. */
export function mutate(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let changed = new Uint8Array(bytes)
  const rounds = 1 + Math.floor(random() * 8)
  for (let i = 0; i < rounds; i++) {
    const at = Math.floor(random() * changed.length)
    const length = Math.floor(random() ** 3 * Math.min(changed.length, 4096))
    const kind = random()
    if (kind < 0.4) changed[at] = pick(random, specialBytes)
    else if (kind < 0.6) changed[at] = Math.floor(random() * 256)
    else if (kind < 0.7) changed = changed.slice(0, at)
    else if (kind < 0.8) changed = join(changed.subarray(0, at), changed.subarray(at + length))
    else if (kind < 0.9) changed = join(changed.subarray(0, at + length), changed.subarray(at))
    else changed = join(changed.subarray(0, at), noise(random, Math.min(length, 64)), changed.subarray(at))
  }
  return changed
}

export function noise(random: Random, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256))
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

const nasty = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1',
    '2',
    '7',
    '2147483647',
    '2147483648',
    '4294967297',
    '9007199254740993',
    '1e400',
    '1.5',
    '0x1',
    '1abc',
    'NaN',
    'Infinity',
  ],
  ...[
    'null',
    'undefined',
    'true',
    '[]',
    '{}',
    '[object Object]',
    '__proto__',
    'constructor',
    "' or 1=1 --",
    '"; drop table user; --',
    '`id`',
    '$(id)',
    '{{7*7}}',
  ],
  ...[
    '../../etc/passwd',
    '%00',
    '\0',
    '\r\nx: y',
    '<script>alert(1)</script>',
    '\u202e',
    '🎬'.repeat(300),
    'x'.repeat(5000),
    '\ud800',
    '字'.repeat(33),
  ],
]

/** A text for a field, from valid to extreme. */
export function nastyText(random: Random): string {
  const kind = random()
  if (kind < 0.6) return pick(random, nasty)
  if (kind < 0.8) return String(Math.floor(random() * 40))
  return String.fromCharCode(...Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 0xffff)))
}
