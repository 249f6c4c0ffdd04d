// A backup that is brought back makes ids and epochs of tokens go back. Tokens that were given out in between would open whoever
// gets such an id next, and those that were ended would be good again. So a token names the restore that it was given out after.
import type { Database } from '@douyin/database'
import { installationTable } from './schema.ts'

/** When this installation was brought back from a backup; 0: never. */
export async function restoreTime(db: Database): Promise<number> {
  const [row] = await db.select({ time: installationTable.restoreTime }).from(installationTable).limit(1)
  return row?.time ?? 0
}

/** From now on no token is good that was given out before, here or in another installation. */
export async function noteRestore(db: Database): Promise<void> {
  const restored = { restoreTime: Date.now() }
  await db
    .insert(installationTable)
    .values({ id: 1, ...restored })
    .onDuplicateKeyUpdate({ set: restored })
}
