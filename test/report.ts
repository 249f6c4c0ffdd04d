// Reads the result of a run of `bun test` from its output.

/** The number of characters that are repeated of each failure. */
const repeatedLength = 3000

export interface Tally {
  passed: number
  failed: number
  /** The output of `bun test` about each failed test. */
  failures: string[]
}

/** Reads the output of `bun test` in chunks. */
export class Report {
  #line = ''
  #file = ''
  #sinceLastTest = ''
  #counts = { pass: Number.NaN, fail: Number.NaN }
  #failures: string[] = []
  /** The lines of an error outside of tests, which `bun test` puts between lines of dashes. */
  #outside: string[] | undefined

  add(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#read(Bun.stripANSI(line))
  }

  #read(line: string): void {
    const [, count, word] = /^ *(\d+) (pass|fail)$/.exec(line) ?? []
    if (word === 'pass' || word === 'fail') this.#counts[word] = Number(count)
    if (/^\S+\.test\.tsx?:$/.test(line)) this.#file = line
    if (line === '# Unhandled error between tests') this.#outside = []
    this.#outside?.push(line)
    if (this.#outside && this.#outside.length > 2 && /^-+$/.test(line)) {
      this.#failures.push(`${this.#file} ${this.#outside.join('\n').slice(0, repeatedLength)}`)
      this.#outside = undefined
    }
    // After many tests `bun test` lists the failed ones a second time.
    const isRepeated = () => this.#failures.some((failure) => failure.includes(` ${line}\n`))
    if (line.startsWith('(fail)') && !isRepeated()) {
      this.#failures.push(`${this.#file} ${line}\n${this.#sinceLastTest.slice(-repeatedLength)}`)
    }
    this.#sinceLastTest = /^\((pass|fail|skip|todo)\)/.test(line)
      ? ''
      : `${this.#sinceLastTest}${line}\n`.slice(-2 * repeatedLength)
  }

  /** A run that prints no numbers counts as failed, and so does one that exits with an error without a failed test. */
  tally(exitCode: number): Tally {
    const { pass, fail } = this.#counts
    const isBroken = Number.isNaN(pass) || (exitCode !== 0 && !(fail > 0))
    const failures = [...this.#failures]
    if (isBroken) failures.push(`bun test ended with ${exitCode}\n${this.#sinceLastTest.slice(-repeatedLength)}`)
    return { passed: pass || 0, failed: (fail || 0) + (isBroken ? 1 : 0), failures }
  }
}
