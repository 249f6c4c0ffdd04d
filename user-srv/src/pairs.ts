import { type Database, isOneOf, namesOf, rowsOf, tableOf, transactInTwo } from '@douyin/database'
import { gather } from '@douyin/process'
import { type Failure, notFound } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
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
  /** Reads what subjects are like afterwards; each row has the subject's id under its name here. */
  report?: (subjects: Iterable<number>) => SQL
}

/** A row to be there, or not to be. */
export interface Change {
  actor: number
  subject: number
  doing: boolean
}

export interface Changed {
  failure?: Failure
  /** What the report says of the subject. */
  report?: RowDataPacket
}

const most = 250

/**
 * Makes and removes rows, those of many callers in one transaction with their counts: the disk is waited for once, and a
 * count that everybody changes is changed once. Each caller learns what became of her own.
 */
export function changes(db: Database, pairs: PairTable): (change: Change) => Promise<Changed> {
  return gather((asked: Change[]) => apply(db, pairs, asked), { atOnce: 1, most })
}

function apply(db: Database, pairs: PairTable, asked: Change[]): Promise<Changed[]> {
  const users = (change: Change) => (pairs.ofUsers ? [change.actor, change.subject] : [change.actor])
  return transactInTwo(db, async ({ begin, commit }) => {
    const [locked, found] = await begin([lockUsers(asked.flatMap(users)), existing(pairs, asked)])
    const there = new Set(locked?.rows.map((row) => row.id))
    const before = new Set(found?.rows.map((row) => `${row.actor} ${row.subject}`))
    const missing = (change: Change) => users(change).find((id) => !there.has(id))
    const possible = asked.filter((change) => missing(change) === undefined)
    const { made, gone } = difference(possible, before)
    // Also where nothing is changed: the answer to what changed it may have been lost.
    const subjects = new Set(possible.map((change) => change.subject))
    const report = pairs.report && subjects.size > 0 ? [pairs.report(subjects)] : []
    const given = await commit([...write(pairs, made, gone), ...report])
    const rows = report.length > 0 ? (given.at(-1)?.rows ?? []) : []
    const reported = new Map(rows.map((row): [number, RowDataPacket] => [row[pairs.subject.name], row]))
    return asked.map((change) => {
      const nobody = missing(change)
      return nobody === undefined
        ? { report: reported.get(change.subject) }
        : { failure: notFound(`no user ${nobody}`) }
    })
  })
}

/**
 * Holds the rows of the users who act, and of those whose counts change, always the least id first. What one does runs one
 * after the other so, and what two do does not lock them out.
 */
function lockUsers(ids: number[]): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, new Set(ids))} order by ${id} for update`
}

const existing = ({ table, actor, subject }: PairTable, asked: Change[]): SQL =>
  sql`select ${actor} as actor, ${subject} as subject from ${joined(table, actor, subject, asked)}`

/** What is to be made and removed, however often one changed her mind in between: her last word counts. */
function difference(asked: Change[], before: Set<string>): { made: Change[]; gone: Change[] } {
  const last = [...new Map(asked.map((change) => [key(change), change])).values()]
  return {
    made: last.filter((change) => change.doing && !before.has(key(change))),
    gone: last.filter((change) => !change.doing && before.has(key(change))),
  }
}

function write({ table, actor, subject, time, counts }: PairTable, made: Change[], gone: Change[]): SQL[] {
  const now = laterTime()
  const rows = rowsOf(made.map((change) => [change.actor, change.subject, now]))
  const insert = sql`insert into ${table} (${namesOf([actor, subject, time])}) values ${rows}`
  const remove = sql`delete ${table} from ${joined(table, actor, subject, gone)}`
  const deltas = (changed: Change[], delta: number) =>
    changed.flatMap((change) => [
      { kind: counts.actor, subjectId: change.actor, delta },
      { kind: counts.subject, subjectId: change.subject, delta },
    ])
  return [
    ...(made.length > 0 ? [insert] : []),
    ...(gone.length > 0 ? [remove] : []),
    ...addDeltas([...deltas(made, 1), ...deltas(gone, -1)]),
  ]
}

let lastTime = 0

/** Ms; of two lots the later one has the later time, though both may fit into one ms: lists are in the order of time. */
function laterTime(): number {
  lastTime = Math.max(Date.now(), lastTime + 1)
  return lastTime
}

const key = ({ actor, subject }: Change) => `${actor} ${subject}`

/** The rows of these changes, each found by its key. */
function joined(table: MySqlTable, actor: MySqlColumn, subject: MySqlColumn, asked: Change[]) {
  const keys = asked.map((change) => [change.actor, change.subject])
  const wanted = tableOf(['wanted_actor', 'wanted_subject'], keys)
  return sql`${wanted} as wanted straight_join ${table} on ${actor} = wanted_actor and ${subject} = wanted_subject`
}
