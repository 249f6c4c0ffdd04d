/** One command of an executable. The first argument names it. */
export interface Command {
  /** One line for --help. */
  does: string
  /** The arguments after the command, for --help. Without it, no arguments are allowed. */
  takes?: string
  /** Loads the code and runs it, so that `--version` loads nothing else. */
  run(args: string[]): Promise<unknown>
}

/** sysexits.h EX_USAGE: the command line was wrong. */
const wrongUsage = 64

/**
 * Runs the command that the command line names, by default `serve`. An error with an `exitCode` is for the operator:
 * only its message is printed.
 */
export async function runCommand(
  name: string,
  version: string,
  commands: Record<string, Command>,
  args = process.argv.slice(2),
): Promise<void> {
  const [word = 'serve', ...rest] = args
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
  if (command && (rest.length === 0 || command.takes))
    return void (await command.run(rest).catch((error) => endWith(error, `${name} ${version}`)))
  console.error(usage)
  process.exit(wrongUsage)
}

function endWith(error: unknown, program: string): never {
  if (!(error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')) throw error
  console.error(`${program}: ${error.message}`)
  process.exit(error.exitCode)
}
