export { type Audit, type Finding, selectRows } from './audit.ts'
export { exactText, text } from './columns.ts'
export { errorCode } from './driver-error.ts'
export {
  type Attempt,
  contentHash,
  findKeys,
  type InsertedRow,
  idempotencyKeys,
  insertKey,
  knownKey,
  makeOnce,
  purgeKeys,
} from './idempotency.ts'
export { isDone, type Migration, readJournal, refuseUnknown, restoreMark } from './migration-journal.ts'
export { newestPerOwner } from './newest-per-owner.ts'
export { closeDatabase, type Database, isAnswering, openDatabase, updateTables } from './open.ts'
export { isOutage } from './outage.ts'
export { retryLost } from './retry-lost.ts'
export { prebuilt, type StatementResult, transactInTwoRoundTrips } from './round-trip.ts'
export { isOneOf, namesOf, plus, rowsOf, sumBy, tableOf, valueFor } from './sql-text.ts'
export { tablesEverOf, tablesOf } from './tables-of.ts'
export { compareTallies, type Tally, tally } from './tally.ts'
export { type Transaction, transact } from './transact.ts'
export { UnusableDatabase } from './unusable-database.ts'
