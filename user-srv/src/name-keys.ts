// Pure functions. The keys are stored: after a change of these functions, or of the data of skeleton.ts, a migration
// has to set both columns to NULL, and fillNameKeys computes them again at the next start.
import { foldCase, normalName } from '@douyin/proto'
import { skeleton } from './skeleton.ts'

/** Two names count as the same if either key is equal. */
export interface NameKeys {
  nameLetters: string
  nameLook: string
}

/**
 * One key is not enough: I is the capital of i and looks like l, and Greek Ν is the capital of ν, which looks like v. A
 * single key for both would make mail and mall the same name.
 */
export function nameKeys(name: string): NameKeys {
  const normal = normalName(name)
  return { nameLetters: lettersKey(normal), nameLook: lookKey(normal) }
}

/** Equal for names of the same letters in any case. Letters whose capitals look the same count as one letter. */
function lettersKey(name: string): string {
  const capitals = foldCase(name).toUpperCase().normalize('NFD')
  return lookKey(capitals.replace(/\p{Lu}/gu, (letter) => (skeleton(letter) === 'l' ? 'i' : letter)))
}

/** Equal for names that look the same, also if one of them has to be in another case for that. */
function lookKey(name: string): string {
  return skeleton(withoutHiddenDots(foldCase(skeleton(name))))
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC')
}

/** A combining dot above i or j is invisible: it lies on the letter's own dot. */
const withoutHiddenDots = (text: string) => text.replace(/(\p{Soft_Dotted})\u0307+/gu, '$1')
