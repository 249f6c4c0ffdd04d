import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A database server that is installed on this machine. */
export interface Server {
  kind: 'mariadb' | 'mysql'
  binary: string
  /** MariaDB creates its system tables with a separate script. */
  installer?: string
}

const searchPath = [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  ...['/opt/homebrew', '/usr/local'].flatMap((prefix) => [`${prefix}/opt/mariadb/bin`, `${prefix}/opt/mysql/bin`]),
]

/** A server that can be started here, MariaDB before MySQL. Undefined if there is none, or not all of its programs. */
export function findServer(): Server | undefined {
  for (const name of ['mariadbd', 'mysqld']) {
    const binary = find(name)
    if (!binary) continue
    // Debian calls MariaDB's server mysqld too.
    if (!isMariaDb(binary)) return { kind: 'mysql', binary }
    const binaryFolder = dirname(realpathSync(binary))
    const nearby = [binaryFolder, join(binaryFolder, '../bin'), join(binaryFolder, '../scripts')]
    const installer = find('mariadb-install-db', nearby) ?? find('mysql_install_db', nearby)
    // The script needs this program, which Debian has in another package.
    if (installer && find('my_print_defaults', nearby)) return { kind: 'mariadb', binary, installer }
  }
  return undefined
}

/** True if ffmpeg and ffprobe are installed. ffmpeg draws the covers of uploaded videos. */
export function hasFfmpeg(): boolean {
  return Boolean(find('ffmpeg') && find('ffprobe'))
}

function find(name: string, first: string[] = []): string | undefined {
  return Bun.which(name, { PATH: [...first, ...searchPath].join(':') }) ?? undefined
}

function isMariaDb(binary: string): boolean {
  return Bun.spawnSync([binary, '--no-defaults', '--version']).stdout.includes('MariaDB')
}
