import { readdir, readFile } from 'node:fs/promises'

/** The ids of the processes that have this text in their environment. Only Linux shows it, in /proc. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0)
  const matches = pids.map((pid) =>
    readFile(`/proc/${pid}/environ`, 'latin1').then(
      (environment) => environment.includes(text),
      () => false,
    ),
  )
  const isMatch = await Promise.all(matches)
  return pids.filter((_, i) => isMatch[i])
}

const secondLookMs = 100

/** Kills them, also those in other process groups. */
export async function killProcessesWith(text: string): Promise<void> {
  // A process that just started shows no environment yet, so the last look is a second one.
  for (let looksLeft = 2; looksLeft > 0; looksLeft--) {
    const pids = await processesWith(text)
    if (pids.length > 0) looksLeft = 2
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
    await Bun.sleep(secondLookMs)
  }
}
