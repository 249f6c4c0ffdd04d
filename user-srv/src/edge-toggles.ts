import {
  type Database,
  isOneOf,
  namesOf,
  rowsOf,
  type StatementResult,
  tableOf,
  transactInTwoRoundTrips,
} from '@douyin/database'
import { batcher, type Gate, gate } from '@douyin/process'
import { type Failure, notFound } from '@douyin/proto'
import { getTableName, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import type { RowDataPacket } from 'mysql2'
import { addDeltas } from './like-count-outbox.ts'
import { userTable } from './schema.ts'

/** Who likes or follows what: a table whose key is both, and what a row counts for. */
export interface EdgeTable {
  table: MySqlTable
  actor: MySqlColumn
  subject: MySqlColumn
  time: MySqlColumn
  counts: { actor: number; subject: number }
  /** What is known of subjects that are not users; users are looked for themselves. */
  subjects?: Subjects
}

interface Subjects {
  /** Reads the `id` of each that is known to be there. */
  known(ids: Iterable<number>): SQL
  /** Inserts a row that names those which were changed for one who asked. */
  note(ids: Iterable<number>): SQL
  /** Reads what they are like afterwards. */
  report(ids: Iterable<number>): SQL
}

/** A row to be there, or not to be. */
export interface Toggle {
  actor: number
  subject: number
  on: boolean
}

export interface ToggleBatch {
  changes: Toggle[]
  /** Subjects that are there, whatever is known of them. */
  there?: ReadonlySet<number>
}

export interface ToggleResult {
  /** Of those that failed. */
  failures: Map<Toggle, Failure>
  /** Those of which nobody knows whether their subject is there: nothing was done for them. */
  unknown: Toggle[]
  /** What the report says of the others' subjects. */
  report: RowDataPacket[]
  /** The id of the note; undefined where there is none. */
  note?: number
}

const maxBatchSize = 250

/**
 * Makes and removes rows, those of many callers in one transaction with their counts: the disk is waited for once, and a
 * count that everybody changes is changed once. Each caller learns what became of her own. One lot is read while the one
 * before it is written, but never two written: they would wait for each other's counts in the database.
 */
export function edgeToggles(db: Database, pairs: EdgeTable): (asked: ToggleBatch) => Promise<ToggleResult> {
  const weight = ({ changes }: ToggleBatch) => changes.length
  const inTurn = gate({ name: `${getTableName(pairs.table)} commits`, concurrency: 1 })
  const together = batcher((lots: ToggleBatch[]) => applyToggles(db, pairs, lots, inTurn), {
    concurrency: 2,
    maxBatchSize,
    weight,
  })
  return async (asked) => (asked.changes.length > 0 ? together(asked) : noChange)
}

export const noChange: ToggleResult = { failures: new Map(), unknown: [], report: [] }

function applyToggles(db: Database, pairs: EdgeTable, lots: ToggleBatch[], inTurn: Gate): Promise<ToggleResult[]> {
  const { subjects } = pairs
  const all = lots.flatMap(({ changes }) => changes)
  const users = new Set(all.flatMap(({ actor, subject }) => (subjects ? [actor] : [actor, subject])))
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const known = subjects ? [subjects.known(new Set(all.map(({ subject }) => subject)))] : []
    const [locked, found, knownSubjects] = await begin([lockUsers(users), existing(db, pairs, all), ...known])
    const people = idsOf(locked)
    const things = subjects ? idsOf(knownSubjects) : people
    const before = new Set(found?.rows.map((row) => `${row.actor} ${row.subject}`))

    const judged = lots.map((lot) => validate(lot, people, things, !subjects))
    const { inserted, gone } = diff(
      judged.flatMap(({ possible }) => possible),
      before,
    )
    const isChanged = inserted.length + gone.length > 0
    // Also where nothing is changed: the answer to what changed it may have been lost.
    const asides = judged.map(({ possible }) => {
      const ids = new Set(possible.map(({ subject }) => subject))
      if (!subjects || ids.size === 0) return []
      return isChanged ? [subjects.report(ids), subjects.note(ids)] : [subjects.report(ids)]
    })
    const written = write(db, pairs, inserted, gone)
    const given = (await inTurn(() => commit([...written, ...asides.flat()]))).slice(written.length)
    return judged.map(({ failures, unknown }, i) => {
      const [report, note] = given.splice(0, asides[i]?.length)
      return { failures, unknown, report: report?.rows ?? [], note: note?.insertId }
    })
  })
}

/**
 * Holds the rows of the users who act, and of those whose counts change, always the least id first. What one does runs one
 * after the other so, and what two do does not lock them out.
 */
function lockUsers(ids: Iterable<number>): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, ids)} order by ${id} for update`
}

const idsOf = (given: StatementResult | undefined) => new Set(given?.rows.map((row): number => row.id))

/**
 * What can be done, and what not, of a lot; where subjects are people too, whoever is not there is nobody. To end what
 * is about no thing that is there is possible, and changes nothing; it waits for what the same actor began before it.
 */
function validate({ changes, there }: ToggleBatch, people: Set<number>, things: Set<number>, areUsers: boolean) {
  const failures = new Map<Toggle, Failure>()
  const unknown: Toggle[] = []
  const isKnown = ({ subject }: Toggle) => things.has(subject) || there?.has(subject)
  const begun = new Set(changes.filter((change) => change.on && !isKnown(change)).map(key))
  const possible = changes.filter((change) => {
    const isThere = isKnown(change) || (!areUsers && !change.on && !begun.has(key(change)))
    if (!people.has(change.actor)) failures.set(change, notFound(`no user ${change.actor}`))
    else if (isThere) return true
    else if (areUsers) failures.set(change, notFound(`no user ${change.subject}`))
    else unknown.push(change)
    return false
  })
  return { failures, unknown, possible }
}

const existing = (db: Database, pairs: EdgeTable, asked: Toggle[]): SQL =>
  sql`select ${pairs.actor} as actor, ${pairs.subject} as subject from ${rowsOfChanges(db, pairs, asked).rows}`

/** What is to be made and removed, however often one changed her mind in between: her last word counts. */
function diff(asked: Toggle[], before: Set<string>): { inserted: Toggle[]; gone: Toggle[] } {
  const last = [...new Map(asked.map((change) => [key(change), change])).values()]
  return {
    inserted: last.filter((change) => change.on && !before.has(key(change))),
    gone: last.filter((change) => !change.on && before.has(key(change))),
  }
}

function write(db: Database, pairs: EdgeTable, made: Toggle[], gone: Toggle[]): SQL[] {
  const { table, actor, subject, time, counts } = pairs
  const now = laterTime()
  const rows = rowsOf(made.map((change) => [change.actor, change.subject, now]))
  const insert = sql`insert into ${table} (${namesOf([actor, subject, time])}) values ${rows}`
  const { target, rows: goneRows } = rowsOfChanges(db, pairs, gone)
  const remove = sql`delete ${target} from ${goneRows}`
  const deltas = (changed: Toggle[], delta: number) =>
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

const key = ({ actor, subject }: Toggle) => `${actor} ${subject}`

/**
 * The rows of these changes, each found by its key, and what a DELETE of them has to name. One by two equalities: MariaDB reads the
 * whole table for a list of one. Many by a list of keys, which Vitess sends to the shards that are concerned; but MariaDB
 * plans a list in quadratic time (250 keys: 17 ms, joined 3 ms).
 */
function rowsOfChanges({ $engine }: Database, { table, actor, subject }: EdgeTable, asked: Toggle[]) {
  const keys = asked.map((change) => [change.actor, change.subject])
  const [one, ...others] = asked
  const none = sql.empty()
  if (one && others.length === 0)
    return { target: none, rows: sql`${table} where ${actor} = ${one.actor} and ${subject} = ${one.subject}` }
  if ($engine === 'mysql')
    return { target: none, rows: sql`${table} where (${actor}, ${subject}) in (${rowsOf(keys)})` }
  const wanted = tableOf(['wanted_actor', 'wanted_subject'], keys)
  const match = sql`${actor} = wanted_actor and ${subject} = wanted_subject`
  return { target: sql`${table}`, rows: sql`${wanted} as wanted straight_join ${table} on ${match}` }
}
