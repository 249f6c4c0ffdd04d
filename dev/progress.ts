const width = 30

/** A progress bar on a terminal. Without a terminal, one line when the work is done. */
export function progress(what: string, total: number): (done: number) => void {
  const isTerminal = process.stdout.isTTY === true
  return (done) => {
    const filled = total === 0 ? width : Math.round((width * done) / total)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
    if (isTerminal) process.stdout.write(`\r  ${what.padEnd(10)} ${bar} ${done}/${total}${done === total ? '\n' : ''}`)
    else if (done === total) console.log(`  ${what}: ${total}`)
  }
}
