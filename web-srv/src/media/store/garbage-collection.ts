import type { Log } from '@douyin/proto'
import type { Services } from '../../services.ts'
import { folders, type Storage } from './storage.ts'
import type { UsedOf } from './trash.ts'

/** All folders are looked through that often within a grace. */
const roundsPerGrace = 8

/** Those who name files. */
interface Users {
  user: Pick<Services['user'], 'findUsedKeys'>
  feed: Pick<Services['feed'], 'findUsedKeys'>
}

/** Asks them which of these keys are in use. */
export function usedKeys({ user, feed }: Users): UsedOf {
  return async (key) => {
    if (key.length === 0) return []
    const [videos, profiles] = await Promise.all([feed.findUsedKeys({ key }), user.findUsedKeys({ key })])
    return [...videos.key, ...profiles.key]
  }
}

/**
 * Frees files that no row names and that are older than `graceMs`: those of uploads that failed at their last step, and
 * what was not removed when its video was deleted or its picture replaced. Slowly, one of the folders at a time; any number of processes may do it at once.
 */
export function collectGarbage(storage: Storage, users: Users, graceMs: number, log: Log): { stop(): void } {
  // By chance, since a process may never live through a whole round.
  let folder = Math.floor(Math.random() * folders)
  let failing = false
  let timer: Timer | undefined
  let stopped = false
  const usedOf = usedKeys(users)

  async function sweepOne(): Promise<void> {
    try {
      const freed = await storage.free(folder, graceMs, usedOf)
      if (freed > 0) log.info({ freed }, 'files that nobody names were freed')
      folder = (folder + 1) % folders
      failing = false
    } catch (error) {
      // An outage is told once; the same folder is tried again.
      if (!failing && !stopped) log.error({ err: error }, 'files that nobody names are kept longer')
      failing = true
    }
    if (!stopped) wait()
  }

  function wait(): void {
    timer = setTimeout(sweepOne, graceMs / roundsPerGrace / folders)
  }

  wait()
  return {
    /** What is under way may be cut off anywhere. */
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
