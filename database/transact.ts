import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { MySqlTransaction } from 'drizzle-orm/mysql-core'
import type { MySql2PreparedQueryHKT, MySql2QueryResultHKT } from 'drizzle-orm/mysql2'
import type { Database } from './open.ts'

export type Transaction = MySqlTransaction<
  MySql2QueryResultHKT,
  MySql2PreparedQueryHKT,
  Record<string, never>,
  ExtractTablesWithRelations<Record<string, never>>
>

const attempts = 4
/** The second is for a row that another transaction has inserted meanwhile: the next run finds it. */
const lostRace = ['ER_LOCK_DEADLOCK', 'ER_DUP_ENTRY']

/** Runs `work` in one transaction; one that lost a race is rolled back whole, so it is simply run again. */
export function transact<Result>(db: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return repeatDeadlocked(() => db.transaction(work))
}

/** `transaction` rolls back what it did when it fails. */
export async function repeatDeadlocked<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      if (attempt === attempts || !lostRace.includes(errorCode(error) ?? '')) throw error
    }
  }
}

/** The MySQL error code of what drizzle or mysql2 threw, such as ER_DUP_ENTRY. */
export function errorCode(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return cause?.code ?? code
}
