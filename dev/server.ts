import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A database server as it lies on this machine. */
export interface Server {
  kind: 'mariadb' | 'mysql'
  binary: string
  /** MariaDB makes its first tables with a script of its own. */
  installer?: string
}

const places = [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  ...['/opt/homebrew', '/usr/local'].flatMap((prefix) => [`${prefix}/opt/mariadb/bin`, `${prefix}/opt/mysql/bin`]),
]

/** A server that can be started here, MariaDB before MySQL; undefined when there is none, or half of one. */
export function findServer(): Server | undefined {
  for (const name of ['mariadbd', 'mysqld']) {
    const binary = find(name)
    if (!binary) continue
    // Debian calls MariaDB's server mysqld too.
    if (!isMariaDb(binary)) return { kind: 'mysql', binary }
    const near = dirname(realpathSync(binary))
    const beside = [near, join(near, '../bin'), join(near, '../scripts')]
    const installer = find('mariadb-install-db', beside) ?? find('mysql_install_db', beside)
    // The script needs it, and Debian packs it apart.
    if (installer && find('my_print_defaults', beside)) return { kind: 'mariadb', binary, installer }
  }
  return undefined
}

/** Covers and lengths of uploaded videos come from it. */
export function hasFfmpeg(): boolean {
  return Boolean(find('ffmpeg') && find('ffprobe'))
}

function find(name: string, first: string[] = []): string | undefined {
  return Bun.which(name, { PATH: [...first, ...places].join(':') }) ?? undefined
}

function isMariaDb(binary: string): boolean {
  return Bun.spawnSync([binary, '--no-defaults', '--version']).stdout.includes('MariaDB')
}
