import { prepareMachine } from '../dev/databases.ts'
import { aptGet } from '../dev/install.ts'

/** wrk and curl generate load; nginx is the baseline of playback. Command to Debian package. */
const tools = { wrk: 'wrk', curl: 'curl', nginx: 'nginx-light' }

/** Installs missing tools as root on Debian. Elsewhere it prints what to install and exits. */
export async function installTools(log: (line: string) => void): Promise<void> {
  await prepareMachine(true, log)
  const missing = () =>
    Object.entries(tools).filter(([tool]) => !Bun.which(tool, { PATH: `${process.env.PATH}:/usr/sbin` }))
  const packages = missing().map(([, name]) => name)
  if (packages.length === 0) return
  if (process.getuid?.() === 0 && Bun.which('apt-get')) {
    log(`installing ${packages.join(', ')} with apt-get, once`)
    await aptGet('install', '-y', '--no-install-recommends', ...packages)
  }
  if (missing().length === 0) return
  console.error(`the bench needs ${packages.join(' and ')}: apt-get install ${packages.join(' ')}`)
  process.exit(1)
}
