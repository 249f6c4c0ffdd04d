/** What an executable does when its first argument is this word. */
export interface Command {
  /** For --help: one line. */
  does: string
  /** What may follow the word: for --help. Without it nothing may. */
  takes?: string
  /** Loads the code and runs it: whoever asks for the version loads nothing else. */
  run(args: string[]): Promise<unknown>
}

/** sysexits.h EX_USAGE: the command line was wrong. */
const wrongUsage = 64

/**
 * Runs what the command line asks of an executable; without a word, `serve`. An error with an `exitCode` is for the operator:
 * its sentence is all that is printed.
 */
export async function runCommand(
  name: string,
  version: string,
  commands: Record<string, Command>,
  args = process.argv.slice(2),
): Promise<void> {
  const [word = 'serve', ...more] = args
  const width = Math.max(
    12,
    ...Object.entries(commands).map(([word, { takes = '' }]) => word.length + takes.length + 1),
  )
  const usage = [
    `${name} ${version}: ${name} [command]`,
    ...Object.entries(commands).map(
      ([command, { does, takes = '' }]) => `  ${`${command} ${takes}`.padEnd(width)} ${does}`,
    ),
    `  ${'--version'.padEnd(width)} tells its version and that of Bun`,
  ].join('\n')
  if (word === '--version') return console.log(`${name} ${version} (Bun ${Bun.version})`)
  if (word === '--help') return console.log(usage)
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined
  if (command && (more.length === 0 || command.takes))
    return void (await command.run(more).catch((error) => endWith(error, `${name} ${version}`)))
  console.error(usage)
  process.exit(wrongUsage)
}

function endWith(error: unknown, who: string): never {
  if (!(error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')) throw error
  console.error(`${who}: ${error.message}`)
  process.exit(error.exitCode)
}
