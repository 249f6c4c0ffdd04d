import { readProfiles } from '../../compose.ts'
import type { Services } from '../../services.ts'
import { usedKeys } from './garbage-collection.ts'
import type { NewFile, Storage } from './storage.ts'

/** Stores new pictures of a user, has `update` name them, and removes those that they replace. */
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
  // What cannot be removed now is freed after the grace, as any file that nobody names.
  await storage.release(replaced, usedKeys(services)).catch(() => {})
}
