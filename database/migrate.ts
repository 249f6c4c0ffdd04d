import { createConnection, type PoolOptions } from 'mysql2'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { isDone, type Migration, readJournal, refuseUnknown, statementsOf } from './migration-journal.ts'
import { retryLost } from './retry-lost.ts'
import { pinned } from './session-settings.ts'
import { exitCodes, UnusableDatabase } from './unusable-database.ts'

const lockWaitSeconds = 60
const statementTimeoutMs = 600_000
/** The table, column or index exists already, or is dropped already. */
const alreadyDoneErrors = [
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  'ER_BAD_TABLE_ERROR',
]
/** A table that is renamed already is not found by its old name. */
const isAlreadyDone = (code: string, statement: string) =>
  alreadyDoneErrors.includes(code) || (code === 'ER_NO_SUCH_TABLE' && /^\s*rename table/i.test(statement))
/** Another process that ran a statement records it in the journal within this time. */
const recordWaitMs = 2000
const pollMs = 50

/**
 * Runs the migrations that this database does not have yet, under a lock, so that copies of a service may start at
 * once. MySQL commits each change of a table by itself. So the journal counts statements, and a migration that was
 * killed half-way resumes after the last recorded statement. On Galera the lock holds on one node only: if two
 * processes run on two nodes, the one that finds a statement done waits for the other's journal entry and continues
 * after it. If all migrations are recorded, nothing is locked and the database user needs no right to change tables.
 * Rejects a database that a later version has migrated.
 */
export async function migrate(options: PoolOptions, migrations: Migration[], service: string): Promise<void> {
  const connection = createConnection(options).promise()
  const lock = `${options.database}.${service}`.slice(-64)
  const journal = `${service}_migration`
  try {
    await run(connection, pinned)
    const recorded = await readJournal(connection, service)
    refuseUnknown(recorded, migrations, service)
    if (migrations.length > 0 && isDone(recorded, migrations)) return
    await takeLock(connection, lock)
    await run(connection, `create table if not exists ?? (tag varchar(255) primary key, statements int not null)`, [
      journal,
    ])
    refuseUnknown(await readJournal(connection, service), migrations, service)
    for (const migration of migrations) await apply(connection, journal, migration.tag, statementsOf(migration))
  } finally {
    connection.destroy()
  }
}

async function apply(connection: Connection, journal: string, tag: string, statements: string[]) {
  const resumedAt = await recordedCount(connection, journal, tag)
  let done = resumedAt
  for (const [index, statement] of statements.entries()) {
    if (index < done) continue
    done = await run(connection, statement).then(
      () => index + 1,
      async (error) => {
        if (!isAlreadyDone(error.code, statement)) throw error
        const recorded = await waitForRecord(connection, journal, tag, index)
        // Only the first statement after a resume can have run without its journal entry.
        if (recorded <= index && index !== resumedAt) throw error
        return Math.max(recorded, index + 1)
      },
    )
    await record(connection, journal, tag, done)
  }
}

async function recordedCount(connection: Connection, journal: string, tag: string): Promise<number> {
  const [row] = await rows(connection, 'select statements from ?? where tag = ?', [journal, tag])
  return Number(row?.statements ?? 0)
}

/** Waits until another process has recorded the statement of this index, or for `recordWaitMs`. Returns the count. */
async function waitForRecord(connection: Connection, journal: string, tag: string, index: number): Promise<number> {
  const endMs = performance.now() + recordWaitMs
  let recorded = await recordedCount(connection, journal, tag)
  while (recorded <= index && performance.now() < endMs) {
    await Bun.sleep(pollMs)
    recorded = await recordedCount(connection, journal, tag)
  }
  return recorded
}

/** The count never decreases: another process may have recorded more meanwhile. */
function record(connection: Connection, journal: string, tag: string, done: number) {
  const sql = `insert into ?? (tag, statements) values (?, ?)
    on duplicate key update statements = greatest(statements, values(statements))`
  return retryLost(() => run(connection, sql, [journal, tag, done]))
}

/** The lock is released with the connection, so a killed process leaves none behind. */
async function takeLock(connection: Connection, name: string): Promise<void> {
  const [row] = await rows(connection, 'select get_lock(?, ?)', [name, lockWaitSeconds])
  // Read by position: Vitess does not keep column aliases.
  if (Object.values(row ?? {})[0] !== 1)
    throw new UnusableDatabase('another process has been changing the tables for a minute', exitCodes.busy)
}

async function rows(connection: Connection, sql: string, values: unknown[]): Promise<RowDataPacket[]> {
  const [result] = await connection.query<RowDataPacket[]>({ sql, values, timeout: (lockWaitSeconds + 5) * 1000 })
  return result
}

function run(connection: Connection, sql: string, values: unknown[] = []) {
  return connection.query({ sql, values, timeout: statementTimeoutMs })
}
