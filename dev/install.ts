import { readdirSync } from 'node:fs'

// Not the -server package: so no service starts by itself, and 7 MB are downloaded instead of 31.
const serverPackages = ['mariadb-server-core', 'mariadb-client-core']

interface Missing {
  server: boolean
  ffmpeg: boolean
}

/** Installs what is missing if no permission is needed: as root on Debian and Ubuntu. Otherwise does nothing. */
export async function installMissing({ server, ffmpeg }: Missing, say: (line: string) => void): Promise<void> {
  const packages = [...(server ? serverPackages : []), ...(ffmpeg ? ['ffmpeg'] : [])]
  if (!packages.length || process.getuid?.() !== 0 || !Bun.which('apt-get')) return
  say(`installing ${packages.join(', ')} with apt-get, once`)
  if (!hasLists()) await aptGet('update')
  if (await aptGet('install', '-y', '--no-install-recommends', ...packages)) return
  // The lists may be old and name files that the mirror no longer has.
  await aptGet('update')
  await aptGet('install', '-y', '--no-install-recommends', ...packages)
}

/** The command with which the user of this machine can install what is missing. */
export function installCommand({ server, ffmpeg }: Missing): string {
  const names = (database: string) => [server && database, ffmpeg && 'ffmpeg'].filter(Boolean).join(' ')
  if (process.platform === 'darwin') return `brew install ${names('mariadb')}`
  const root = process.getuid?.() === 0 ? '' : 'sudo '
  if (Bun.which('apt-get')) return `${root}apt-get install ${names(serverPackages.join(' '))}`
  if (Bun.which('dnf')) return `${root}dnf install ${names('mariadb-server')}`
  if (Bun.which('pacman')) return `${root}pacman -S ${names('mariadb')}`
  if (Bun.which('apk')) return `${root}apk add ${names('mariadb mariadb-client')}`
  return `install ${names('MariaDB')} with your package manager`
}

function hasLists(): boolean {
  try {
    return readdirSync('/var/lib/apt/lists').some((file) => file.includes('_Packages'))
  } catch {
    return false
  }
}

export async function aptGet(...args: string[]): Promise<boolean> {
  const command = ['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0', ...args]
  const { exited } = Bun.spawn(command, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'ignore',
    // dpkg prints hundreds of lines that the user does not need.
    stdout: 'ignore',
    stderr: 'inherit',
  })
  return (await exited) === 0
}
