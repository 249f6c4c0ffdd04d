const maxCount = 10_000

/** The most common passwords of at least this many characters, in lower case. */
export async function commonPasswords(minCharacters: number): Promise<ReadonlySet<string>> {
  // Imported on demand: a list of half a megabyte.
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const longEnough = dictionary.passwords.filter((password) => password.length >= minCharacters)
  return new Set(longEnough.slice(0, maxCount))
}
