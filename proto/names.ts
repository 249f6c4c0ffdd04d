/**
 * UTF-16 units, more than 32 characters can have before NFKC composes them. The rest is cut off: folding it costs time.
 */
const maxUnits = 256

/** A user name in the form that is stored and shown: NFKC, without blanks around it. */
export function normalName(name: string): string {
  return name
    .trim()
    .slice(0, maxUnits)
    .replace(/(.)\uFE0F/gsu, withoutSelector)
    .normalize('NFKC')
    .trim()
}

/**
 * NFKC turns some emoji into letters, such as ™️. Then the variation selector, which asks for the emoji, is removed
 * too.
 */
const withoutSelector = (pair: string, character: string) =>
  character.normalize('NFKC') === character ? pair : character

/** Equal for all names that sign in to the same account: the normal form, with its case folded. */
export function foldName(name: string): string {
  return foldCase(normalName(name)).normalize('NFKC')
}

/**
 * Full case folding, which JavaScript lacks. Through the capitals ß becomes ss and ς becomes σ. Each character is
 * folded alone, because a small Σ depends on its neighbours. The dotless ı has the capital of i, but is another letter.
 */
export function foldCase(text: string): string {
  return [...text]
    .map((letter) => (letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase()))
    .join('')
}
