// Likes and follows. A row of `favorite` or `follow` is an edge from the caller, who likes or follows, to the target, a
// video or a user. A toggle is the wish that such a row exists, or that it does not.
//
// A batch of likes is one transaction, READ COMMITTED, that waits 2 s for a lock (database/session-settings.ts). It has
// two round trips (database/round-trip.ts) and runs again if it loses against another one (database/retry-lost.ts). The
// statements, with the file of those that are not here:
//
//   start transaction
//   select from user … for update                  locks the callers
//   select from favorite                           which rows exist
//   select from favorite_total                     which videos are known to exist: favorites.ts
//
//   insert into favorite, delete from favorite
//   update user                                    favorite_count of the callers: count-updates.ts
//   insert into favorite_total … on duplicate key  locks the rows of the videos until the commit: count-updates.ts
//   insert into like_count_outbox                  one row that names the videos: like-count-outbox.ts
//   commit
//
// A batch of follows locks both users of each row, and leaves out favorite_total and like_count_outbox.
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

/** The table of likes or of follows, whose key is a caller and a target, and the counts that a row changes. */
export interface EdgeTable {
  table: MySqlTable
  caller: MySqlColumn
  target: MySqlColumn
  time: MySqlColumn
  counts: { caller: Count; target: Count }
  /** Given if the targets are videos. Else they are users. */
  videos?: VideoStatements
}

interface VideoStatements {
  /** Selects the `id` of each of these videos that is known to exist. */
  known(ids: Iterable<number>): SQL
  /** Inserts the outbox row for these videos, whose counts have changed. */
  outbox(ids: Iterable<number>): SQL
}

/** A row that should exist (`on`), or should not. */
export interface Toggle {
  caller: number
  target: number
  on: boolean
}

/** The toggles of one call. */
export interface ToggleBatch {
  toggles: Toggle[]
  /** Videos that exist, as feed-srv says. */
  existing?: ReadonlySet<number>
}

export interface ToggleResult {
  failures: Map<Toggle, Failure>
  /** Toggles whose video may not exist: nothing was done for them. */
  unknown: Toggle[]
}

const maxBatchSize = 250

/**
 * Inserts and deletes rows. The toggles of many calls share a transaction with their counts, so that all of them wait
 * for the disk once, and a count that all of them change is written once. In a process one transaction of likes runs at
 * a time, and one of follows: two of a kind would wait for each other's counts. One that takes over 500 ms is not
 * waited for (process/batcher.ts).
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
  const { videos } = edges
  const toggles = batches.flatMap((batch) => batch.toggles)
  const users = new Set(toggles.flatMap(({ caller, target }) => (videos ? [caller] : [caller, target])))
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const known = videos ? [videos.known(new Set(toggles.map(({ target }) => target)))] : []
    const [locked, found, knownVideos] = await begin([lockUsers(users), selectRows(db, edges, toggles), ...known])
    const userIds = idsOf(locked)
    const targetIds = videos ? idsOf(knownVideos) : userIds
    const before = new Set(found?.rows.map((row) => `${row.caller} ${row.target}`))
    const validated = batches.map((batch) => validate(batch, userIds, targetIds, !videos))
    const valid = validated.flatMap((one) => one.valid)
    await commit(writes(db, edges, diff(valid, before)))
    return validated.map(({ failures, unknown }) => ({ failures, unknown }))
  })
}

/**
 * Locks the users whose counts change: for a like the caller, for a follow both users. The order is ascending id, so
 * that two transactions cannot deadlock. The toggles of one caller run one after the other.
 */
function lockUsers(ids: Iterable<number>): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, ids)} order by ${id} for update`
}

const idsOf = (result: StatementResult | undefined) => new Set(result?.rows.map((row): number => row.id))

/**
 * Sorts the toggles of a call into valid ones, failures and unknown ones. To follow or unfollow a missing user is a
 * failure. To unlike an unknown video is valid and changes nothing, unless the same call likes it too: then both are
 * unknown, so that they stay in order.
 */
function validate({ toggles, existing }: ToggleBatch, users: Set<number>, targets: Set<number>, areUsers: boolean) {
  const failures = new Map<Toggle, Failure>()
  const unknown: Toggle[] = []
  const exists = ({ target }: Toggle) => targets.has(target) || existing?.has(target)
  const waiting = new Set(toggles.filter((toggle) => toggle.on && !exists(toggle)).map(keyOf))
  const valid = toggles.filter((toggle) => {
    const isValid = exists(toggle) || (!areUsers && !toggle.on && !waiting.has(keyOf(toggle)))
    if (!users.has(toggle.caller)) failures.set(toggle, new Failure('USER_NOT_FOUND', { id: toggle.caller }))
    else if (isValid) return true
    else if (areUsers) failures.set(toggle, new Failure('USER_NOT_FOUND', { id: toggle.target }))
    else unknown.push(toggle)
    return false
  })
  return { failures, unknown, valid }
}

const selectRows = (db: Database, edges: EdgeTable, toggles: Toggle[]): SQL =>
  sql`select ${edges.caller} as caller, ${edges.target} as target from ${rowsOfToggles(db, edges, toggles).rows}`

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
  const { table, caller, target, time, counts, videos } = edges
  const now = nextTime()
  const rows = rowsOf(inserted.map((toggle) => [toggle.caller, toggle.target, now]))
  const insert = sql`insert into ${table} (${namesOf([caller, target, time])}) values ${rows}`
  const { tableName, rows: deletedRows } = rowsOfToggles(db, edges, deleted)
  const remove = sql`delete ${tableName} from ${deletedRows}`
  const countsOf = (toggles: Toggle[], delta: number): CountChange[] =>
    toggles.flatMap((toggle) => [
      { count: counts.caller, id: toggle.caller, delta },
      { count: counts.target, id: toggle.target, delta },
    ])
  return [
    ...(inserted.length > 0 ? [insert] : []),
    ...(deleted.length > 0 ? [remove] : []),
    ...updateCounts([...countsOf(inserted, 1), ...countsOf(deleted, -1)]),
    ...(videos ? [videos.outbox(new Set(changed.map((toggle) => toggle.target)))] : []),
  ]
}

let lastTime = 0

/** Ms. Greater than that of the batch before, as lists are in the order of time. */
function nextTime(): number {
  lastTime = Math.max(Date.now(), lastTime + 1)
  return lastTime
}

const keyOf = ({ caller, target }: Toggle) => `${caller} ${target}`

/**
 * The rows of these toggles, found by their keys, and the table name that a DELETE needs. One row is found by two
 * equalities: MariaDB reads the whole table for a list of one. Many are found by a list of keys, which Vitess sends to
 * the shards that hold them. MariaDB plans such a list in quadratic time (250 keys take 17 ms, a join with them 3 ms).
 */
function rowsOfToggles({ $engine }: Database, { table, caller, target }: EdgeTable, toggles: Toggle[]) {
  const keys = toggles.map((toggle) => [toggle.caller, toggle.target])
  const [one, ...others] = toggles
  const none = sql.empty()
  if (one && others.length === 0)
    return { tableName: none, rows: sql`${table} where ${caller} = ${one.caller} and ${target} = ${one.target}` }
  if ($engine === 'mysql')
    return { tableName: none, rows: sql`${table} where (${caller}, ${target}) in (${rowsOf(keys)})` }
  const wanted = tableOf(['wanted_caller', 'wanted_target'], keys)
  const match = sql`${caller} = wanted_caller and ${target} = wanted_target`
  return { tableName: sql`${table}`, rows: sql`${wanted} as wanted straight_join ${table} on ${match}` }
}
