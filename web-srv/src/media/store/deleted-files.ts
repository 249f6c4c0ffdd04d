import { waitAtMost } from '@douyin/process'
import type { DeletedVideoInfo, Log } from '@douyin/proto'
import type { Services } from '../../services.ts'
import { usedKeys } from './garbage-collection.ts'
import { isKey, type Storage } from './storage.ts'

/** A deletion through another process, or by a client of feed-srv, is known here after that at the latest. */
const pollMs = 2000
/** How long a deletion through this process waits for its files to go: in health it takes some ms. */
const goneMs = 1000
/** Each has two files, and keys that wait are asked about with them: no more than feed-srv takes. */
const videosAtOnce = 200

/** What is asked of the services. */
interface Asked {
  user: Pick<Services['user'], 'findUsedKeys'>
  feed: Pick<Services['feed'], 'findUsedKeys' | 'listDeletedVideos'>
}

/**
 * Removes the files of deleted videos: those deleted through this process at once, others within 2 s. Where it is among
 * the deletions each process knows for itself, and one that starts begins with the oldest that feed-srv still lists: a
 * process that died before it removed a file is not missed. Any number of processes may do it at once.
 */
export function removeDeletedFiles(storage: Storage, services: Asked, log: Log) {
  const usedOf = usedKeys(services)
  let last: Pick<DeletedVideoInfo, 'id' | 'delete_time'> = { id: 0, delete_time: 0 }
  /** Keys that are being stored again at the moment. */
  let waiting: string[] = []
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let failing = false

  /** Says whether there may be more. */
  async function removePage(): Promise<boolean> {
    const place = { after_time: last.delete_time, after_id: last.id, limit: videosAtOnce }
    const { videos } = await services.feed.listDeletedVideos(place)
    const keys = new Set([...waiting, ...videos.flatMap(({ playUrl, coverUrl }) => [playUrl, coverUrl])].filter(isKey))
    waiting = (await storage.release([...keys], usedOf)).slice(0, videosAtOnce)
    last = videos.at(-1) ?? last
    return videos.length === videosAtOnce
  }

  async function round(): Promise<void> {
    while (await removePage());
    await storage.finish(usedOf)
    failing = false
  }

  /** Ends with a round that began after this call. */
  function look(): Promise<void> {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        running = round()
        return running
      })
    return next
  }

  const tellOnce = (error: unknown) => {
    if (!failing) log.error({ err: error }, 'files of deleted videos are kept longer')
    failing = true
  }
  const timer = setInterval(() => void look().catch(tellOnce), pollMs)
  // The services may start later than we do, which is nothing to tell.
  void look().catch(() => {})

  return {
    /** The same feed-srv, but a deletion is answered when the files are gone, or after a second. */
    deleting<Feed extends Services['feed']>(feed: Feed): Feed {
      return {
        ...feed,
        deleteVideo: async (request) => {
          const done = await feed.deleteVideo(request)
          await waitAtMost(look(), goneMs)
          return done
        },
      }
    },
    /** What is under way may be cut off anywhere. */
    stop: () => clearInterval(timer),
  }
}
