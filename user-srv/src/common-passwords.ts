const kept = 10_000

/** The passwords that people choose most, of at least so many characters, in small letters. */
export async function commonPasswords(minCharacters: number): Promise<ReadonlySet<string>> {
  // Only where it is wanted: a list of half a megabyte.
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const fitting = dictionary.passwords.filter((password) => password.length >= minCharacters)
  return new Set(fitting.slice(0, kept))
}
