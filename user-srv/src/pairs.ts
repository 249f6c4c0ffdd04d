import { type Database, isOneOf, namesOf, rowsOf, type Transaction, tableOf, transact } from '@douyin/database'
import { gather } from '@douyin/process'
import { type Failure, notFound } from '@douyin/proto'
import { asc, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import type { RowDataPacket } from 'mysql2'
import { addDeltas } from './counts.ts'
import { userTable } from './schema.ts'

/** Who likes or follows what: a table whose key is both, and what a row counts for. */
export interface PairTable {
  table: MySqlTable
  actor: MySqlColumn
  subject: MySqlColumn
  time: MySqlColumn
  counts: { actor: number; subject: number }
  /** Are subjects users, whose rows are counted in too? */
  ofUsers: boolean
}

/** A row to be there, or not to be. */
export interface Change {
  actor: number
  subject: number
  doing: boolean
}

export interface Changed {
  failure?: Failure
  changed: boolean
}

const most = 250

/**
 * Makes and removes rows, those of many callers in one transaction with their counts: the disk is waited for once, and a
 * count that everybody changes is changed once. Each caller learns what became of her own.
 */
export function changes(db: Database, pairs: PairTable): (change: Change) => Promise<Changed> {
  return gather((asked: Change[]) => transact(db, (tx) => apply(tx, pairs, asked)), { atOnce: 1, most })
}

async function apply(tx: Transaction, pairs: PairTable, asked: Change[]): Promise<Changed[]> {
  const there = await lockUsers(
    tx,
    asked.flatMap(({ actor, subject }) => (pairs.ofUsers ? [actor, subject] : [actor])),
  )
  const missing = ({ actor, subject }: Change) =>
    [actor, ...(pairs.ofUsers ? [subject] : [])].find((id) => !there.has(id))
  const possible = asked.filter((change) => missing(change) === undefined)
  const before = await existing(tx, pairs, possible)
  const after = new Set(before)
  const outcomes = asked.map((change): Changed => {
    const nobody = missing(change)
    if (nobody !== undefined) return { failure: notFound(`no user ${nobody}`), changed: false }
    const changed = after.has(key(change)) !== change.doing
    if (change.doing) after.add(key(change))
    else after.delete(key(change))
    return { changed }
  })
  await write(tx, pairs, possible, before, after)
  return outcomes
}

/**
 * Holds the rows of the users who act, and of those whose counts change, always the least id first. What one does runs one
 * after the other so, and what two do does not lock them out.
 */
async function lockUsers(tx: Transaction, ids: number[]): Promise<Set<number>> {
  const rows = await tx
    .select({ id: userTable.id })
    .from(userTable)
    .where(isOneOf(userTable.id, new Set(ids)))
    .orderBy(asc(userTable.id))
    .for('update')
  return new Set(rows.map((row) => row.id))
}

async function existing(tx: Transaction, { table, actor, subject }: PairTable, asked: Change[]): Promise<Set<string>> {
  if (asked.length === 0) return new Set()
  const found = sql`select ${actor} as actor, ${subject} as subject from ${joined(table, actor, subject, asked)}`
  const [rows] = await tx.execute(found)
  return new Set((rows as unknown as RowDataPacket[]).map((row) => `${row.actor} ${row.subject}`))
}

/** The difference, however often one changed her mind in between. */
async function write(tx: Transaction, pairs: PairTable, asked: Change[], before: Set<string>, after: Set<string>) {
  const { table, actor, subject, time, counts } = pairs
  const each = [...new Map(asked.map((change) => [key(change), change])).values()]
  const made = each.filter((change) => after.has(key(change)) && !before.has(key(change)))
  const gone = each.filter((change) => !after.has(key(change)) && before.has(key(change)))
  if (made.length > 0) {
    const now = Date.now()
    const rows = rowsOf(made.map((change) => [change.actor, change.subject, now]))
    await tx.execute(sql`insert into ${table} (${namesOf([actor, subject, time])}) values ${rows}`)
  }
  if (gone.length > 0) await tx.execute(sql`delete ${table} from ${joined(table, actor, subject, gone)}`)
  const deltas = (changed: Change[], delta: number) =>
    changed.flatMap((change) => [
      { kind: counts.actor, subjectId: change.actor, delta },
      { kind: counts.subject, subjectId: change.subject, delta },
    ])
  await addDeltas(tx, [...deltas(made, 1), ...deltas(gone, -1)])
}

const key = ({ actor, subject }: Change) => `${actor} ${subject}`

/** The rows of these changes, each found by its key. */
function joined(table: MySqlTable, actor: MySqlColumn, subject: MySqlColumn, asked: Change[]) {
  const keys = asked.map((change) => [change.actor, change.subject])
  const wanted = tableOf(['wanted_actor', 'wanted_subject'], keys)
  return sql`${wanted} as wanted straight_join ${table} on ${actor} = wanted_actor and ${subject} = wanted_subject`
}
