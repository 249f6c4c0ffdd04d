import { expect, test } from 'bun:test'
import { hastyServerArgs } from '../test/mysql.ts'
import { ownServer } from '../test/own-server.ts'
import { freePorts } from '../test/stack.ts'
import { openTcpProxy } from '../test/tcp-proxy.ts'
import { closeDatabase, openDatabase } from './open.ts'
import { isOutage } from './outage.ts'
import { retryLost } from './retry-lost.ts'

/** An error of mysql2, wrapped as drizzle does it. */
const thrown = (errno: number, code?: string, message = 'no') =>
  Object.assign(new Error('Failed query'), { cause: Object.assign(new Error(message), { errno, code }) })
const retryLimit = thrown(1105, 'ER_UNKNOWN_ERROR', 'pessimistic lock retry limit reached')

test.each([
  ['a Galera node without quorum', thrown(1047, 'ER_UNKNOWN_COM_ERROR')],
  ['a server that is read-only', thrown(1290, 'ER_OPTION_PREVENTS_STATEMENT')],
  ['InnoDB in read-only mode', thrown(1836, 'ER_READ_ONLY_MODE')],
  ['a transaction that is read-only', thrown(1792, 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION')],
  ['a Group Replication member without a majority', thrown(3100, 'ER_RUN_HOOK_ERROR')],
  ['a TiDB row that many transactions wait for', retryLimit],
  [
    'a Vitess tablet during a failover',
    thrown(1105, 'ER_UNKNOWN_ERROR', 'target: user.0.primary: primary is not serving'),
  ],
  ['an unavailable TiDB region', thrown(9005)],
  ['a query that MariaDB stopped at its time limit', thrown(1969)],
  ['a query that MySQL stopped at its time limit', thrown(3024, 'ER_QUERY_TIMEOUT')],
  ['a lock wait timeout', thrown(1205, 'ER_LOCK_WAIT_TIMEOUT')],
  ['a deadlock in every attempt', thrown(1213, 'ER_LOCK_DEADLOCK')],
])('%s is an outage', (_what, error) => {
  expect(isOutage(error)).toBe(true)
})

test.each([
  ['a wrong statement', thrown(1064, 'ER_PARSE_ERROR')],
  ['a duplicate key', thrown(1062, 'ER_DUP_ENTRY')],
  ['a table that is missing', thrown(1146, 'ER_NO_SUCH_TABLE')],
  ['an unknown error', thrown(1105, 'ER_UNKNOWN_ERROR', 'unexpected: nil pointer')],
  ['a bug of ours', new TypeError('undefined is not a function')],
])('%s is no outage', (_what, error) => {
  expect(isOutage(error)).toBe(false)
})

test.each([
  ['a deadlock', thrown(1213, 'ER_LOCK_DEADLOCK'), 4],
  ['a TiDB row that many transactions wait for', retryLimit, 4],
  ['a conflict of Group Replication', thrown(3101, 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT'), 4],
  ['a lock wait of 2 s', thrown(1205, 'ER_LOCK_WAIT_TIMEOUT'), 2],
  ['a row that another transaction has inserted meanwhile', thrown(1062, 'ER_DUP_ENTRY'), 4],
  ['a lost connection', thrown(0, 'PROTOCOL_CONNECTION_LOST'), 1],
])(
  'a transaction that fails with %s is attempted as many times as that error allows',
  async (_what, error, maxAttempts) => {
    let attempts = 0
    const failing = () => {
      attempts++
      return Promise.reject(error)
    }
    await expect(retryLost(failing)).rejects.toBe(error)
    expect(attempts).toBe(maxAttempts)
  },
)

test('a server that becomes read-only is an outage, and a new connection is used when it is writable again', async () => {
  const server = await ownServer()
  const [database] = server.databases
  const migrations = [{ tag: '0000', sql: 'create table note (id int primary key auto_increment)' }]
  await closeDatabase(await openDatabase({ url: database.url, migrations, service: 'test' }))
  // A user with all privileges can write to a server that is read-only.
  await database.query('create user app@localhost')
  await database.query('grant select, insert, update, delete, create on *.* to app@localhost')
  const url = database.url.replace('root@', 'app@')
  const db = await openDatabase({ url, migrations, service: 'test', connections: 1 })
  const connectionId = async () =>
    ((await db.execute('select connection_id() as id'))[0] as unknown as { id: number }[])[0]?.id
  const before = await connectionId()
  await database.query('set global read_only = 1')
  expect(isOutage(await db.execute('insert into note values ()').catch((error) => error))).toBe(true)
  await database.query('set global read_only = 0')
  await db.execute('insert into note values ()')
  expect(await connectionId()).not.toBe(before)
  await closeDatabase(db)
  await server.stop()
}, 30_000)

test('a service that loses its connection to the database while it starts tries again, at whatever byte', async () => {
  const [port] = await freePorts(1)
  const server = await ownServer({
    serverArgs: [...hastyServerArgs, '--skip-networking=0', '--bind-address=127.0.0.1', `--port=${port}`],
  })
  const proxy = await openTcpProxy(`127.0.0.1:${port}`)
  const statements = Array.from({ length: 4 }, (_, i) => `create table t${i} (id int primary key)`)
  const migrations = [{ tag: '0000', sql: statements.join(';--> statement-breakpoint\n') }]
  // Two connections with a handshake of about 100 bytes each, and a dozen statements.
  for (let bytes = 50; bytes < 1100; bytes += 150) {
    let cuts = 0
    proxy.afterBytes(bytes, () => {
      cuts += proxy.cut()
    })
    const url = `mysql://root@${proxy.address}/lost${bytes}`
    const db = await openDatabase({ url, migrations, service: 'test', waitMs: 10_000 })
    const [tables] = await db.execute('show tables')
    expect([bytes, cuts, (tables as unknown as object[]).length]).toEqual([bytes, 1, 5])
    await closeDatabase(db)
  }
  await proxy.close()
  await server.stop()
}, 60_000)
