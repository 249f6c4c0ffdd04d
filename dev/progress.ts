const width = 30

/** A bar that grows on a terminal; elsewhere one line for each kind of work, when it is done. */
export function progress(what: string, total: number): (done: number) => void {
  const terminal = process.stdout.isTTY === true
  return (done) => {
    const filled = total === 0 ? width : Math.round((width * done) / total)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
    if (terminal) process.stdout.write(`\r  ${what.padEnd(10)} ${bar} ${done}/${total}${done === total ? '\n' : ''}`)
    else if (done === total) console.log(`  ${what}: ${total}`)
  }
}
