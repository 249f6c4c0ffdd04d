import { createConnection, type PoolOptions } from 'mysql2'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { isDone, type Migration, readJournal, refuseUnknown, statementsOf } from './migration-journal.ts'
import { pinned } from './session-settings.ts'
import { retryLost } from './transact.ts'
import { exitCodes, UnusableDatabase } from './unusable-database.ts'

const lockWaitSeconds = 60
const statementTimeoutMs = 600_000
/** A table, column or index that is there already, or gone already. */
const doneBefore = [
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_BAD_TABLE_ERROR',
]
/** A table that is renamed already is not found by its old name. */
const isDoneBefore = (code: string, statement: string) =>
  doneBefore.includes(code) || (code === 'ER_NO_SUCH_TABLE' && /^\s*rename table/i.test(statement))
/** Another process that did a statement marks it within that time. */
const markWaitMs = 2000
const lookMs = 50

/**
 * Runs the migrations that this database has not seen, under a lock, so that copies of a service may start at once.
 * MySQL commits each change of a table by itself; so the journal counts statements, and a migration that was killed
 * half-way goes on where it stood. On Galera the lock holds on one node only: of two processes on two nodes the one that finds
 * a statement done waits for the other's mark, and goes on behind it.
 * Where all is done nothing is locked, and the user of the database needs no right to change
 * tables. Refuses a database that a later version has migrated.
 */
export async function migrate(options: PoolOptions, migrations: Migration[], service: string): Promise<void> {
  const connection = createConnection(options).promise()
  const lock = `${options.database}.${service}`.slice(-64)
  const journal = `${service}_migration`
  try {
    await run(connection, pinned)
    const seen = await readJournal(connection, service)
    refuseUnknown(seen, migrations, service)
    if (migrations.length > 0 && isDone(seen, migrations)) return
    await takeLock(connection, lock)
    await run(connection, `create table if not exists ?? (tag varchar(255) primary key, statements int not null)`, [
      journal,
    ])
    refuseUnknown(await readJournal(connection, service), migrations, service)
    for (const one of migrations) await apply(connection, journal, one.tag, statementsOf(one))
  } finally {
    connection.destroy()
  }
}

async function apply(connection: Connection, journal: string, tag: string, statements: string[]) {
  const begun = await doneOf(connection, journal, tag)
  let done = begun
  for (const [index, statement] of statements.entries()) {
    if (index < done) continue
    done = await run(connection, statement).then(
      () => index + 1,
      async (error) => {
        if (!isDoneBefore(error.code, statement)) throw error
        const marked = await markOf(connection, journal, tag, index)
        // Only the first statement of a rest can have run without its mark in the journal.
        if (marked <= index && index !== begun) throw error
        return Math.max(marked, index + 1)
      },
    )
    await note(connection, journal, tag, done)
  }
}

async function doneOf(connection: Connection, journal: string, tag: string): Promise<number> {
  const [row] = await rows(connection, 'select statements from ?? where tag = ?', [journal, tag])
  return Number(row?.statements ?? 0)
}

/** How many statements are done once another process has marked the one of this index, or has had the time to. */
async function markOf(connection: Connection, journal: string, tag: string, index: number): Promise<number> {
  const end = performance.now() + markWaitMs
  let done = await doneOf(connection, journal, tag)
  while (done <= index && performance.now() < end) {
    await Bun.sleep(lookMs)
    done = await doneOf(connection, journal, tag)
  }
  return done
}

/** Never back: another process may have marked more meanwhile. */
function note(connection: Connection, journal: string, tag: string, done: number) {
  const sql = `insert into ?? (tag, statements) values (?, ?)
    on duplicate key update statements = greatest(statements, values(statements))`
  return retryLost(() => run(connection, sql, [journal, tag, done]))
}

/** The lock ends with the connection, so a killed process leaves none behind. */
async function takeLock(connection: Connection, name: string): Promise<void> {
  const [row] = await rows(connection, 'select get_lock(?, ?)', [name, lockWaitSeconds])
  // By its place: Vitess does not keep the name that a column is given.
  if (Object.values(row ?? {})[0] !== 1)
    throw new UnusableDatabase('another process has been changing the tables for a minute', exitCodes.busy)
}

async function rows(connection: Connection, sql: string, values: unknown[]): Promise<RowDataPacket[]> {
  const [found] = await connection.query<RowDataPacket[]>({ sql, values, timeout: (lockWaitSeconds + 5) * 1000 })
  return found
}

function run(connection: Connection, sql: string, values: unknown[] = []) {
  return connection.query({ sql, values, timeout: statementTimeoutMs })
}
