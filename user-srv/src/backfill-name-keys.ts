import { type Database, isOneOf, transact } from '@douyin/database'
import { and, asc, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { nameKeys } from './name-keys.ts'
import { nameKeyBytes, userTable } from './schema.ts'

const batchRows = 500

/**
 * Sets the name keys of accounts that older versions created without them. If accounts have look-alike names, the
 * earliest one gets the keys and the others keep none: they sign in by exactly their name. Copies of the service may
 * run this at once.
 */
export async function fillNameKeys(db: Database): Promise<void> {
  for (let lastId = 0; ; ) {
    const rows = await rowsAfter(db, lastId)
    const keyed = rows.map((row) => ({ id: row.id, ...nameKeys(row.name) })).filter(areStorable)
    if (keyed.length > 0) await transact(db, (tx) => tx.execute(setKeys(keyed)))
    if (rows.length < batchRows) return
    lastId = rows.at(-1)?.id ?? lastId
  }
}

type KeyedRow = { id: number } & ReturnType<typeof nameKeys>

function rowsAfter(db: Database, lastId: number) {
  return db
    .select({ id: userTable.id, name: userTable.name })
    .from(userTable)
    .where(and(isNull(userTable.nameLetters), gt(userTable.id, lastId)))
    .orderBy(asc(userTable.id))
    .limit(batchRows)
}

/** A name that was stored without NFKC may have a longer key than any name that is accepted now. */
const areStorable = ({ nameLetters, nameLook }: KeyedRow) =>
  Buffer.byteLength(nameLetters) <= nameKeyBytes && Buffer.byteLength(nameLook) <= nameKeyBytes

/** IGNORE skips a row whose key another row has. Rows are updated in ascending id, so the earliest gets the key. */
function setKeys(rows: KeyedRow[]): SQL {
  const keys = (key: 'nameLetters' | 'nameLook') => {
    const cases = rows.map((row) => sql`when ${row.id} then ${Buffer.from(row[key])}`)
    return sql`case id ${sql.join(cases, sql` `)} end`
  }
  const ids = rows.map((row) => row.id)
  return sql`update ignore ${userTable} set name_letters = ${keys('nameLetters')}, name_look = ${keys('nameLook')}
    where ${isOneOf(userTable.id, ids)} and name_letters is null order by id`
}
