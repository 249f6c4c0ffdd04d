import type { Transaction } from '@douyin/database'
import { notFound } from '@douyin/proto'
import { eq } from 'drizzle-orm'
import { userTable } from './schema.ts'

/**
 * Holds the row of the user who acts. Her own actions run one after the other, so a like and an unlike at once cannot
 * deadlock on their row; nobody else's wait for it.
 */
export async function lockUser(tx: Transaction, id: number): Promise<void> {
  const [user] = await tx.select({ id: userTable.id }).from(userTable).where(eq(userTable.id, id)).for('update')
  if (!user) throw notFound(`no user ${id}`)
}
