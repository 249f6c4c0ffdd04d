// What a run of `bun test` comes to, read from what it writes.

/** As much as is told again of each failure. */
const tellAgain = 3000

export interface Tally {
  passed: number
  failed: number
  /** What `bun test` said of each that failed. */
  failures: string[]
}

/** Reads what `bun test` writes, piece by piece. */
export class Report {
  #line = ''
  #file = ''
  #sinceLastTest = ''
  #counts = { pass: Number.NaN, fail: Number.NaN }
  #failures: string[] = []

  add(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#read(Bun.stripANSI(line))
  }

  #read(line: string): void {
    const [, count, word] = /^ *(\d+) (pass|fail)$/.exec(line) ?? []
    if (word === 'pass' || word === 'fail') this.#counts[word] = Number(count)
    if (/^\S+\.test\.tsx?:$/.test(line)) this.#file = line
    // After many tests it lists those that failed once more.
    const toldBefore = () => this.#failures.some((failure) => failure.includes(` ${line}\n`))
    if (line.startsWith('(fail)') && !toldBefore()) {
      this.#failures.push(`${this.#file} ${line}\n${this.#sinceLastTest.slice(-tellAgain)}`)
    }
    this.#sinceLastTest = /^\((pass|fail|skip|todo)\)/.test(line)
      ? ''
      : `${this.#sinceLastTest}${line}\n`.slice(-2 * tellAgain)
  }

  /** A run that tells no numbers has failed, and so has one that ends badly without a failed test. */
  tally(exitCode: number): Tally {
    const { pass, fail } = this.#counts
    const broken = Number.isNaN(pass) || (exitCode !== 0 && !(fail > 0))
    const failures = [...this.#failures]
    if (broken) failures.push(`bun test ended with ${exitCode}\n${this.#sinceLastTest.slice(-tellAgain)}`)
    return { passed: pass || 0, failed: (fail || 0) + (broken ? 1 : 0), failures }
  }
}
