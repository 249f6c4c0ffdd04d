import { readProfiles } from '../../compose.ts'
import type { Services } from '../../services.ts'
import { usedKeyFinder } from './garbage-collection.ts'
import type { NewFile, Storage } from './storage.ts'

/** Stores new pictures of a user, calls `update` to name them in the row, and removes the pictures they replace. */
export async function replaceImages(
  services: Services,
  storage: Storage,
  { userId, files }: { userId: number; files: NewFile[] },
  update: () => Promise<unknown>,
): Promise<void> {
  if (files.length === 0) {
    await update()
    return
  }
  const [before] = await readProfiles(services.user, [userId])
  await storage.store(files, update)
  const replaced = before ? [before.avatar, before.background_image] : []
  // The garbage collection removes after the grace period what cannot be removed now.
  await storage.release(replaced, usedKeyFinder(services)).catch(() => {})
}
