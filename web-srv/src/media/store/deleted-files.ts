import { waitAtMost } from '@douyin/process'
import type { DeletedVideoInfo, Log } from '@douyin/proto'
import type { Services } from '../../services.ts'
import { usedKeyFinder } from './garbage-collection.ts'
import { isKey, type Storage } from './storage.ts'

/** A deletion through another process, or by a client of feed-srv, is seen after this time at the latest. */
const pollMs = 2000
/** How long a deletion through this process waits until its files are removed. Normally that takes a few ms. */
const maxRemovalWaitMs = 1000
/** Each video has two files, and their keys are checked together with the held keys: no more than feed-srv accepts. */
const pageSize = 200

/** The calls that this file needs. */
interface RemovalServices {
  user: Pick<Services['user'], 'findUsedKeys'>
  feed: Pick<Services['feed'], 'findUsedKeys' | 'listDeletedVideos'>
}

/**
 * Removes the files of deleted videos: at once if the video was deleted through this process, otherwise within 2 s.
 * Each process has its own position in the list of deletions. A process that starts begins with the oldest deletion
 * that feed-srv still lists, so files that a dead process did not remove are removed too. Any number of processes may
 * run this concurrently.
 */
export function removeDeletedFiles(storage: Storage, services: RemovalServices, log: Log) {
  const findUsedKeys = usedKeyFinder(services)
  let last: Pick<DeletedVideoInfo, 'id' | 'delete_time'> = { id: 0, delete_time: 0 }
  /** Keys whose files are being stored again at the moment. */
  let heldKeys: string[] = []
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let failing = false

  /** Returns true if there may be more. */
  async function removePage(): Promise<boolean> {
    const request = { after_time: last.delete_time, after_id: last.id, limit: pageSize }
    const { videos } = await services.feed.listDeletedVideos(request)
    const keys = new Set([...heldKeys, ...videos.flatMap(({ playUrl, coverUrl }) => [playUrl, coverUrl])].filter(isKey))
    heldKeys = (await storage.release([...keys], findUsedKeys)).slice(0, pageSize)
    last = videos.at(-1) ?? last
    return videos.length === pageSize
  }

  async function round(): Promise<void> {
    while (await removePage());
    await storage.finish(findUsedKeys)
    failing = false
  }

  /** Resolves when a round that began after this call has ended. */
  function runRound(): Promise<void> {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        running = round()
        return running
      })
    return next
  }

  const logOnce = (error: unknown) => {
    if (!failing) log.error({ err: error }, 'cannot remove the files of deleted videos')
    failing = true
  }
  const timer = setInterval(() => void runRound().catch(logOnce), pollMs)
  // A failure is not logged here: the services may start later than this process.
  void runRound().catch(() => {})

  return {
    /** Wraps feed-srv: a deletion returns when its files are removed, or after one second. */
    deleting<Feed extends Services['feed']>(feed: Feed): Feed {
      return {
        ...feed,
        deleteVideo: async (request) => {
          const response = await feed.deleteVideo(request)
          await waitAtMost(runRound(), maxRemovalWaitMs)
          return response
        },
      }
    },
    /** Work in flight may be cut off at any point. */
    stop: () => clearInterval(timer),
  }
}
