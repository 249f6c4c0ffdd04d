// Restoring a backup sets ids and token epochs back. A token issued after the backup would then open the account that
// gets the same id next, and a token revoked after the backup would be valid again. So a token names the restore that
// it was issued after.
import type { Database } from '@douyin/database'
import { installationTable } from './schema.ts'

/** When this installation was last restored from a backup; 0: never. */
export async function restoreTime(db: Database): Promise<number> {
  const [row] = await db.select({ time: installationTable.restoreTime }).from(installationTable).limit(1)
  return row?.time ?? 0
}

/** Makes all tokens issued before now invalid, here and in any installation. */
export async function noteRestore(db: Database): Promise<void> {
  const columns = { restoreTime: Date.now() }
  await db
    .insert(installationTable)
    .values({ id: 1, ...columns })
    .onDuplicateKeyUpdate({ set: columns })
}
