import { StartFailure } from '@douyin/process'
import type { Connection, RowDataPacket } from 'mysql2/promise'

/** MySQL and MariaDB differ in the name of the statement time limit and in the statements that it covers. */
export type Engine = 'mysql' | 'mariadb'

/** FOR UPDATE SKIP LOCKED needs MySQL 8.0.1 or MariaDB 10.6. The tests run on no version older than these. */
const minVersions = { mysql: [8, 0], mariadb: [10, 11] } as const
const names = { mysql: 'MySQL', mariadb: 'MariaDB' }

/** The engine of the connected server. Throws a StartFailure of one sentence if it is too old for our SQL. */
export async function supportedEngine(connection: Connection): Promise<Engine> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select version()', timeout: 10_000 })
  return engineOf(String(Object.values(rows[0] ?? {})[0]))
}

/** `version` is the result of `select version()`: `8.4.3`, `10.11.19-MariaDB-0+deb12u1` or `8.0.11-TiDB-v8.5.6`. */
export function engineOf(version: string): Engine {
  const engine = /mariadb/i.test(version) ? 'mariadb' : 'mysql'
  // Proxies and old replication prefix the version of a MariaDB with 5.5.5-.
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-(?=1\d\.)/, '')) ?? []
  const [minMajor, minMinor] = minVersions[engine]
  const isSupported = Number(major) > minMajor || (Number(major) === minMajor && Number(minor) >= minMinor)
  if (isSupported) return engine
  throw new StartFailure(
    `the database is ${names[engine]} ${version}: MySQL ${minVersions.mysql.join('.')} or MariaDB ${minVersions.mariadb.join('.')} is needed, or a later version`,
  )
}
