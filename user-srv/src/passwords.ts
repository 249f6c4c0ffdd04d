import { availableParallelism } from 'node:os'
import { gate } from '@douyin/process'
import { characters, invalid, limits, tooMuch } from '@douyin/proto'

/** OWASP's minimum for argon2id: github.com/OWASP/CheatSheetSeries, Password Storage. About 55 ms of one core. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const

export type Passwords = ReturnType<typeof passwords>

/** Hashes and verifies passwords. One core stays free for other work, and calls beyond a full queue are rejected. */
export function passwords(minCharacters: number, denied: ReadonlySet<string> = new Set()) {
  const limited = gate({
    name: 'passwords',
    concurrency: Math.max(1, availableParallelism() - 1),
    full: { waiting: 100, error: () => tooMuch('too many people are signing in, please try again in a moment') },
  })
  // Verified for unknown names, so that they take as long as known ones.
  const dummyHash = Bun.password.hash(crypto.randomUUID(), argon2id)

  const fits = (password: string) => characters(password) <= limits.password_characters
  return {
    minCharacters,
    /** Rejects a password outside the limits. */
    check(password: string): void {
      if (characters(password) < minCharacters) throw invalid(`password must have at least ${minCharacters} characters`)
      if (!fits(password)) throw invalid(`password must have at most ${limits.password_characters} characters`)
      if (denied.has(password.toLowerCase())) throw invalid('this password is one of the commonest: choose another')
    },
    hash: (password: string) => limited(() => Bun.password.hash(password, argon2id)),
    /** Does the password match the hash? Without a hash it never does, after the same time. */
    async verify(password: string, hash: string | undefined): Promise<boolean> {
      if (password === '' || !fits(password)) return false
      return limited(async () => (await Bun.password.verify(password, hash ?? (await dummyHash))) && hash !== undefined)
    },
  }
}
