import { availableParallelism } from 'node:os'
import { gate } from '@douyin/process'
import { characters, invalid, limits, tooMuch } from '@douyin/proto'

/** OWASP's minimum for argon2id: github.com/OWASP/CheatSheetSeries, Password Storage. About 55 ms of one core. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const

export type Passwords = ReturnType<typeof passwords>

/** Hashing passwords: one core stays free for everybody else, and a crowd is turned away rather than kept waiting. */
export function passwords(minCharacters: number, denied: ReadonlySet<string> = new Set()) {
  const pass = gate({
    name: 'passwords',
    concurrency: Math.max(1, availableParallelism() - 1),
    full: { waiting: 100, error: () => tooMuch('too many people are signing in, please try again in a moment') },
  })
  // Checked for names that nobody has, so that they take as long as the others.
  const nobody = Bun.password.hash(crypto.randomUUID(), argon2id)

  const fits = (password: string) => characters(password) <= limits.password_characters
  return {
    minCharacters,
    /** Refuses a password outside the limits. */
    check(password: string): void {
      if (characters(password) < minCharacters) throw invalid(`password must have at least ${minCharacters} characters`)
      if (!fits(password)) throw invalid(`password must have at most ${limits.password_characters} characters`)
      if (denied.has(password.toLowerCase())) throw invalid('this password is one of the commonest: choose another')
    },
    hash: (password: string) => pass(() => Bun.password.hash(password, argon2id)),
    /** Is it the password of this hash? Without a hash no, in the same time. */
    async verify(password: string, hash: string | undefined): Promise<boolean> {
      if (password === '' || !fits(password)) return false
      return pass(async () => (await Bun.password.verify(password, hash ?? (await nobody))) && hash !== undefined)
    },
  }
}
