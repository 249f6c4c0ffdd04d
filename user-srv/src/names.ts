import { checkText, Failure, limits, normalName } from '@douyin/proto'

/**
 * Characters that are invisible alone or everywhere: controls, bidirectional and other format characters, private and
 * unassigned ones, line separators, and signs that are drawn as a blank.
 */
const hidden = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u1680\u2800\uFFFC\u{16FE4}\u{1D159}]/u

const field = 'username'

/** Returns the stored form of a name. Rejects a name that is blank, too long, or not wholly visible. */
export function acceptName(input: string): string {
  const name = normalName(input)
  checkText(field, name, limits.username_characters)
  if (!name.isWellFormed() || name.includes('\uFFFD')) throw new Failure('TEXT_BROKEN', { field })
  // Emoji are joined and coloured by characters that are invisible elsewhere.
  const plain = name.replace(/\p{RGI_Emoji}/gv, '')
  if (hidden.test(plain)) throw new Failure('TEXT_INVISIBLE', { field })
  if (/^\p{M}/u.test(name)) throw new Failure('TEXT_BEGINS_WITH_MARK', { field })
  // UTS 39: no language needs more, and a pile of marks covers the lines above and below.
  if (/\p{Mn}{5}/u.test(name)) throw new Failure('TEXT_TOO_MANY_MARKS', { field, max: 4 })
  return name
}
