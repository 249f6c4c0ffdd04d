import { prepareMachine } from '../dev/databases.ts'
import { aptGet } from '../dev/install.ts'

/** wrk and curl drive, nginx is what playback is compared with. */
const tools = { wrk: 'wrk', curl: 'curl', nginx: 'nginx-light' }

/** Installs what is missing, as root on Debian; elsewhere says what to install. */
export async function installTools(say: (line: string) => void): Promise<void> {
  await prepareMachine(true, say)
  const missing = () =>
    Object.entries(tools).filter(([tool]) => !Bun.which(tool, { PATH: `${process.env.PATH}:/usr/sbin` }))
  const packages = missing().map(([, name]) => name)
  if (packages.length === 0) return
  if (process.getuid?.() === 0 && Bun.which('apt-get')) {
    say(`installing ${packages.join(', ')} with apt-get, once`)
    await aptGet('install', '-y', '--no-install-recommends', ...packages)
  }
  if (missing().length === 0) return
  console.error(`the bench needs ${packages.join(' and ')}: apt-get install ${packages.join(' ')}`)
  process.exit(1)
}
