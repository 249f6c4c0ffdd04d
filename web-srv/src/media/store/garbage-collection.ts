import type { Log } from '@douyin/proto'
import type { Services } from '../../services.ts'
import { folders, type Storage } from './storage.ts'
import type { FindUsedKeys } from './trash.ts'

/** How often all folders are swept within one grace period. */
const sweepsPerGrace = 8

/** The services whose rows name files. */
interface KeyServices {
  user: Pick<Services['user'], 'findUsedKeys'>
  feed: Pick<Services['feed'], 'findUsedKeys'>
}

/** Returns a function that asks both services which of its keys are in use. */
export function usedKeyFinder({ user, feed }: KeyServices): FindUsedKeys {
  return async (key) => {
    if (key.length === 0) return []
    const [videos, profiles] = await Promise.all([feed.findUsedKeys({ key }), user.findUsedKeys({ key })])
    return [...videos.key, ...profiles.key]
  }
}

/**
 * Removes files that no row names and that are older than `graceMs`: those of uploads that failed at their last step,
 * and those that were not removed when their video was deleted or their picture replaced. It is slow, one folder at a
 * time. Any number of processes may run this concurrently.
 */
export function collectGarbage(storage: Storage, services: KeyServices, graceMs: number, log: Log): { stop(): void } {
  // Random, since a process may never live long enough to sweep all folders.
  let folder = Math.floor(Math.random() * folders)
  let failing = false
  let timer: Timer | undefined
  let stopped = false
  const findUsedKeys = usedKeyFinder(services)

  async function sweepOne(): Promise<void> {
    try {
      const freed = await storage.free(folder, graceMs, findUsedKeys)
      if (freed > 0) log.info({ freed }, 'removed files that no row names')
      folder = (folder + 1) % folders
      failing = false
    } catch (error) {
      // An outage is logged once. The same folder is retried.
      if (!failing && !stopped) log.error({ err: error }, 'cannot remove files that no row names')
      failing = true
    }
    if (!stopped) scheduleNext()
  }

  function scheduleNext(): void {
    timer = setTimeout(sweepOne, graceMs / sweepsPerGrace / folders)
  }

  scheduleNext()
  return {
    /** Work in flight may be cut off at any point. */
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
