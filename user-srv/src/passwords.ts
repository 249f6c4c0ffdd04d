import { availableParallelism } from 'node:os'
import { gate } from '@douyin/process'
import { characters, Failure, limits } from '@douyin/proto'

/** OWASP's minimum for argon2id: github.com/OWASP/CheatSheetSeries, Password Storage. About 55 ms of one core. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const

export type Passwords = ReturnType<typeof passwords>

/** Hashes and verifies passwords. One core stays free for other work, and calls beyond a full queue are rejected. */
export function passwords(minCharacters: number, denied: ReadonlySet<string> = new Set()) {
  const limited = gate({
    name: 'passwords',
    concurrency: Math.max(1, availableParallelism() - 1),
    full: { waiting: 100, error: () => new Failure('TOO_MANY_SIGN_INS') },
  })
  // Verified for unknown names, so that they take as long as known ones.
  const dummyHash = Bun.password.hash(crypto.randomUUID(), argon2id)

  const fits = (password: string) => characters(password) <= limits.password_characters
  return {
    minCharacters,
    /** Rejects a password outside the limits. */
    check(password: string): void {
      const field = 'password'
      if (characters(password) < minCharacters) throw new Failure('TEXT_TOO_SHORT', { field, min: minCharacters })
      if (!fits(password)) throw new Failure('TEXT_TOO_LONG', { field, max: limits.password_characters })
      if (denied.has(password.toLowerCase())) throw new Failure('COMMON_PASSWORD')
    },
    hash: (password: string) => limited(() => Bun.password.hash(password, argon2id)),
    /** Does the password match the hash? Without a hash it never does, after the same time. */
    async verify(password: string, hash: string | undefined): Promise<boolean> {
      if (password === '' || !fits(password)) return false
      return limited(async () => (await Bun.password.verify(password, hash ?? (await dummyHash))) && hash !== undefined)
    },
  }
}
