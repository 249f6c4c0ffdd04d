import { StartFailure } from '@douyin/process'
import type { Connection, RowDataPacket } from 'mysql2/promise'

/** The two families differ in the name of a statement's time limit and in what it covers. */
export type Engine = 'mysql' | 'mariadb'

/** FOR UPDATE SKIP LOCKED needs MySQL 8.0.1 or MariaDB 10.6; the tests run on nothing older than these. */
const lowest = { mysql: [8, 0], mariadb: [10, 11] } as const
const names = { mysql: 'MySQL', mariadb: 'MariaDB' }

/** Which engine answers. Fails with one sentence where it is too old for our SQL. */
export async function supportedEngine(connection: Connection): Promise<Engine> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select version()', timeout: 10_000 })
  return engineOf(String(Object.values(rows[0] ?? {})[0]))
}

/** By what `select version()` says, such as `8.4.3`, `10.11.19-MariaDB-0+deb12u1` or `8.0.11-TiDB-v8.5.6`. */
export function engineOf(version: string): Engine {
  const engine = /mariadb/i.test(version) ? 'mariadb' : 'mysql'
  // Proxies and old replication put 5.5.5- before the version of a MariaDB.
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-(?=1\d\.)/, '')) ?? []
  const [least, leastMinor] = lowest[engine]
  const isEnough = Number(major) > least || (Number(major) === least && Number(minor) >= leastMinor)
  if (isEnough) return engine
  throw new StartFailure(
    `the database is ${names[engine]} ${version}: MySQL ${lowest.mysql.join('.')} or MariaDB ${lowest.mariadb.join('.')} is needed, or a later version`,
  )
}
