import {
  type Database,
  isOneOf,
  namesOf,
  rowsOf,
  type StatementResult,
  tableOf,
  transactInTwoRoundTrips,
} from '@douyin/database'
import { batcher } from '@douyin/process'
import { Failure } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import { type Count, type CountChange, updateCounts } from './count-updates.ts'
import { userTable } from './schema.ts'

/** Likes or follows: a table whose key is an actor and a subject, and the counts that a row changes. */
export interface EdgeTable {
  table: MySqlTable
  actor: MySqlColumn
  subject: MySqlColumn
  time: MySqlColumn
  counts: { actor: Count; subject: Count }
  /** Given if subjects are no users. */
  subjects?: Subjects
}

interface Subjects {
  /** Selects the `id` of each of these subjects that is known to exist. */
  known(ids: Iterable<number>): SQL
  /** Inserts the outbox row for these subjects, whose counts have changed. */
  outbox(ids: Iterable<number>): SQL
}

/** A row that should exist, or should not. */
export interface Toggle {
  actor: number
  subject: number
  on: boolean
}

/** The toggles of one caller. */
export interface ToggleBatch {
  toggles: Toggle[]
  /** Subjects that exist, whatever is known of them here. */
  existing?: ReadonlySet<number>
}

export interface ToggleResult {
  failures: Map<Toggle, Failure>
  /** Toggles whose subject may not exist: nothing was done for them. */
  unknown: Toggle[]
}

const maxBatchSize = 250

/**
 * Inserts and deletes rows. The toggles of many callers share a transaction with their counts, so that all of them wait
 * for the disk once, and a count that all of them change is written once. One transaction runs at a time: two would wait
 * for each other's counts.
 */
export function edgeToggles(db: Database, edges: EdgeTable): (batch: ToggleBatch) => Promise<ToggleResult> {
  const weight = ({ toggles }: ToggleBatch) => toggles.length
  const apply = batcher((batches: ToggleBatch[]) => applyToggles(db, edges, batches), {
    concurrency: 1,
    maxBatchSize,
    weight,
  })
  return async (batch) => (batch.toggles.length > 0 ? apply(batch) : noChange)
}

export const noChange: ToggleResult = { failures: new Map(), unknown: [] }

function applyToggles(db: Database, edges: EdgeTable, batches: ToggleBatch[]): Promise<ToggleResult[]> {
  const { subjects } = edges
  const toggles = batches.flatMap((batch) => batch.toggles)
  const users = new Set(toggles.flatMap(({ actor, subject }) => (subjects ? [actor] : [actor, subject])))
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const known = subjects ? [subjects.known(new Set(toggles.map(({ subject }) => subject)))] : []
    const [locked, found, knownSubjects] = await begin([lockUsers(users), selectRows(db, edges, toggles), ...known])
    const userIds = idsOf(locked)
    const subjectIds = subjects ? idsOf(knownSubjects) : userIds
    const before = new Set(found?.rows.map((row) => `${row.actor} ${row.subject}`))
    const validated = batches.map((batch) => validate(batch, userIds, subjectIds, !subjects))
    const valid = validated.flatMap((one) => one.valid)
    await commit(writes(db, edges, diff(valid, before)))
    return validated.map(({ failures, unknown }) => ({ failures, unknown }))
  })
}

/**
 * Locks the users whose counts change, in ascending id, so that two transactions cannot deadlock and the toggles of one
 * user run one after the other.
 */
function lockUsers(ids: Iterable<number>): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, ids)} order by ${id} for update`
}

const idsOf = (result: StatementResult | undefined) => new Set(result?.rows.map((row): number => row.id))

/**
 * Sorts the toggles of a batch into valid ones, failures and unknown ones. If subjects are users, a missing subject is a
 * failure. Else to switch off a row of a missing subject is valid and changes nothing, unless the same batch switches it on.
 */
function validate({ toggles, existing }: ToggleBatch, users: Set<number>, subjects: Set<number>, areUsers: boolean) {
  const failures = new Map<Toggle, Failure>()
  const unknown: Toggle[] = []
  const exists = ({ subject }: Toggle) => subjects.has(subject) || existing?.has(subject)
  const waiting = new Set(toggles.filter((toggle) => toggle.on && !exists(toggle)).map(keyOf))
  const valid = toggles.filter((toggle) => {
    const isValid = exists(toggle) || (!areUsers && !toggle.on && !waiting.has(keyOf(toggle)))
    if (!users.has(toggle.actor)) failures.set(toggle, new Failure('USER_NOT_FOUND', { id: toggle.actor }))
    else if (isValid) return true
    else if (areUsers) failures.set(toggle, new Failure('USER_NOT_FOUND', { id: toggle.subject }))
    else unknown.push(toggle)
    return false
  })
  return { failures, unknown, valid }
}

const selectRows = (db: Database, edges: EdgeTable, toggles: Toggle[]): SQL =>
  sql`select ${edges.actor} as actor, ${edges.subject} as subject from ${rowsOfToggles(db, edges, toggles).rows}`

interface Diff {
  inserted: Toggle[]
  deleted: Toggle[]
}

/** The rows to insert and to delete. Of several toggles of one row the last one counts. */
function diff(toggles: Toggle[], before: Set<string>): Diff {
  const last = [...new Map(toggles.map((toggle) => [keyOf(toggle), toggle])).values()]
  return {
    inserted: last.filter((toggle) => toggle.on && !before.has(keyOf(toggle))),
    deleted: last.filter((toggle) => !toggle.on && before.has(keyOf(toggle))),
  }
}

function writes(db: Database, edges: EdgeTable, { inserted, deleted }: Diff): SQL[] {
  const changed = [...inserted, ...deleted]
  if (changed.length === 0) return []
  const { table, actor, subject, time, counts, subjects } = edges
  const now = nextTime()
  const rows = rowsOf(inserted.map((toggle) => [toggle.actor, toggle.subject, now]))
  const insert = sql`insert into ${table} (${namesOf([actor, subject, time])}) values ${rows}`
  const { target, rows: deletedRows } = rowsOfToggles(db, edges, deleted)
  const remove = sql`delete ${target} from ${deletedRows}`
  const countsOf = (toggles: Toggle[], delta: number): CountChange[] =>
    toggles.flatMap((toggle) => [
      { count: counts.actor, id: toggle.actor, delta },
      { count: counts.subject, id: toggle.subject, delta },
    ])
  return [
    ...(inserted.length > 0 ? [insert] : []),
    ...(deleted.length > 0 ? [remove] : []),
    ...updateCounts([...countsOf(inserted, 1), ...countsOf(deleted, -1)]),
    ...(subjects ? [subjects.outbox(new Set(changed.map((toggle) => toggle.subject)))] : []),
  ]
}

let lastTime = 0

/** Ms. Greater than that of the batch before, as lists are in the order of time. */
function nextTime(): number {
  lastTime = Math.max(Date.now(), lastTime + 1)
  return lastTime
}

const keyOf = ({ actor, subject }: Toggle) => `${actor} ${subject}`

/**
 * The rows of these toggles, found by their keys, and what a DELETE has to name. One row is found by two equalities:
 * MariaDB reads the whole table for a list of one. Many are found by a list of keys, which Vitess sends to the shards
 * that hold them. MariaDB plans such a list in quadratic time (250 keys take 17 ms, a join with them 3 ms).
 */
function rowsOfToggles({ $engine }: Database, { table, actor, subject }: EdgeTable, toggles: Toggle[]) {
  const keys = toggles.map((toggle) => [toggle.actor, toggle.subject])
  const [one, ...others] = toggles
  const none = sql.empty()
  if (one && others.length === 0)
    return { target: none, rows: sql`${table} where ${actor} = ${one.actor} and ${subject} = ${one.subject}` }
  if ($engine === 'mysql')
    return { target: none, rows: sql`${table} where (${actor}, ${subject}) in (${rowsOf(keys)})` }
  const wanted = tableOf(['wanted_actor', 'wanted_subject'], keys)
  const match = sql`${actor} = wanted_actor and ${subject} = wanted_subject`
  return { target: sql`${table}`, rows: sql`${wanted} as wanted straight_join ${table} on ${match}` }
}
