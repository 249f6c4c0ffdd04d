/** UTF-16 units: longer than 32 characters can be before NFKC composes them, so that nobody has long text folded. */
const longestUnits = 256

/** A user name in the form that is stored and shown: NFKC, without blanks around it. */
export function normalName(name: string): string {
  return name
    .trim()
    .slice(0, longestUnits)
    .replace(/(.)\uFE0F/gsu, withoutSelector)
    .normalize('NFKC')
    .trim()
}

/** NFKC makes letters of some emoji, such as ™️: what would ask for the emoji goes with it. */
const withoutSelector = (pair: string, character: string) =>
  character.normalize('NFKC') === character ? pair : character

/** The same for all names that sign in to the same account: its normal form in any case. */
export function foldName(name: string): string {
  return foldCase(normalName(name)).normalize('NFKC')
}

/**
 * Full case folding, which JavaScript lacks. By way of the capitals ß is ss and ς is σ; each character by itself, since
 * a small Σ depends on its neighbours. The dotless ı has the capital of i, and is another letter.
 */
export function foldCase(text: string): string {
  return [...text].map((one) => (one === 'ı' ? one : one.toLowerCase().toUpperCase().toLowerCase())).join('')
}
