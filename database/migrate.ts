import { createConnection, type PoolOptions } from 'mysql2'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { pinned } from './session.ts'

/** One file of a service's drizzle/ folder. */
export interface Migration {
  tag: string
  sql: string
}

const lockWaitSeconds = 60
const statementTimeoutMs = 600_000
/** A table, column or index that is there already, or gone already. */
const doneBefore = ['ER_TABLE_EXISTS_ERROR', 'ER_DUP_FIELDNAME', 'ER_DUP_KEYNAME', 'ER_CANT_DROP_FIELD_OR_KEY']

/**
 * Runs the migrations that this database has not seen, under a lock, so that copies of a service may start at once.
 * MySQL commits each change of a table by itself; so the journal counts statements, and a migration that was killed
 * half-way goes on where it stood.
 */
export async function migrate(options: PoolOptions, migrations: Migration[], service: string): Promise<void> {
  const connection = createConnection(options).promise()
  const lock = `${options.database}.${service}`.slice(-64)
  const journal = `${service}_migration`
  try {
    await run(connection, pinned)
    await takeLock(connection, lock)
    await run(connection, `create table if not exists ?? (tag varchar(255) primary key, statements int not null)`, [
      journal,
    ])
    const done = new Map(
      (await rows(connection, 'select tag, statements from ??', [journal])).map((row) => [row.tag, row.statements]),
    )
    for (const { tag, sql } of migrations) {
      await apply(connection, journal, tag, sql.split('--> statement-breakpoint'), done.get(tag) ?? 0)
    }
  } finally {
    connection.destroy()
  }
}

async function apply(connection: Connection, journal: string, tag: string, statements: string[], done: number) {
  for (const [index, statement] of statements.entries()) {
    if (index < done) continue
    await run(connection, statement).catch((error) => {
      // Only the first statement of a rest can have run without its mark in the journal.
      if (index !== done || !doneBefore.includes(error.code)) throw error
    })
    await run(connection, 'replace into ?? (tag, statements) values (?, ?)', [journal, tag, index + 1])
  }
}

/** The lock ends with the connection, so a killed process leaves none behind. */
async function takeLock(connection: Connection, name: string): Promise<void> {
  const [row] = await rows(connection, 'select get_lock(?, ?) as taken', [name, lockWaitSeconds])
  if (row?.taken !== 1) throw new Error('another process has been changing the tables for a minute')
}

async function rows(connection: Connection, sql: string, values: unknown[]): Promise<RowDataPacket[]> {
  const [found] = await connection.query<RowDataPacket[]>({ sql, values, timeout: (lockWaitSeconds + 5) * 1000 })
  return found
}

function run(connection: Connection, sql: string, values: unknown[] = []) {
  return connection.query({ sql, values, timeout: statementTimeoutMs })
}
