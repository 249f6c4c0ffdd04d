// Pure functions. The keys are stored: after a change of them, or of the data of skeleton.ts, a migration has to set both
// columns to NULL, and fillNameKeys makes them anew at the next start.
import { foldCase, normalName } from '@douyin/proto'
import { skeleton } from './skeleton.ts'

/** Two names are one if either key is the same. */
export interface NameKeys {
  nameLetters: string
  nameLook: string
}

/**
 * One key cannot do it: I is the capital of i and looks like l, and Greek Ν is the capital of ν, which looks like v. A key
 * for both would make mail and mall one name.
 */
export function nameKeys(name: string): NameKeys {
  const normal = normalName(name)
  return { nameLetters: lettersKey(normal), nameLook: lookKey(normal) }
}

/** The same for names of the same letters in any case, where letters whose capitals look the same are one. */
function lettersKey(name: string): string {
  const capitals = foldCase(name).toUpperCase().normalize('NFD')
  return lookKey(capitals.replace(/\p{Lu}/gu, (one) => (skeleton(one) === 'l' ? 'i' : one)))
}

/** The same for names that look the same, and for those that do so with one of them in another case. */
function lookKey(name: string): string {
  return skeleton(withoutHiddenDots(foldCase(skeleton(name))))
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC')
}

/** A dot above i or j lies on the one that is there. */
const withoutHiddenDots = (text: string) => text.replace(/(\p{Soft_Dotted})\u0307+/gu, '$1')
