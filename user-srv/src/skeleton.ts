import { confusables } from './confusables.gen.ts'

const fromHex = (code: string) => String.fromCodePoint(Number.parseInt(code, 16))

const prototypes = new Map(
  confusables
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [prototype = '', ...sources] = line.split(' ')
      const text = prototype.split('+').map(fromHex).join('')
      return sources.map((source): [string, string] => [fromHex(source), text])
    }),
)

/** The skeleton of UTS 39: texts that look the same have the same one. It is for comparison, never for display. */
export function skeleton(text: string): string {
  const characters = [...text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')]
  return characters
    .map((character) => prototypes.get(character) ?? character)
    .join('')
    .normalize('NFD')
}
