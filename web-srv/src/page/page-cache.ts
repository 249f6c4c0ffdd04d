import { cacheMeter } from '@douyin/telemetry'
import { LRUCache } from 'lru-cache'
import type { Page } from './page-bytes.ts'

const maxPages = 5000
const maxBytes = 32 << 20
/** Users and videos with a change within the maximum age. */
const maxSubjects = 100_000
const maxUrlLength = 1000

export type Clock = Pick<Performance, 'now'>

/** A user or a video. A page is never older than the last change of its subjects: its viewer, and what it is about. */
export type Subject = `user ${number}` | `video ${number}`

export interface PageCache {
  /** The cached page, or the one that `make` makes. Concurrent requests for a key share one. */
  get(key: string, subjects: Subject[], make: () => Promise<Page>): Promise<Page>
  /** The cached page of a URL that `setUrl` has named, without waiting. */
  ofUrl(url: string): Page | undefined
  /** Names a URL whose response is always the page of this key, about these subjects. */
  setUrl(url: string, key: string, subjects: Subject[]): void
  /** Call it after a change: pages that began to be made earlier are not used for these subjects. */
  noteChange(...subjects: Subject[]): void
  /** Drops all pages, also those that are being made. */
  clear(): void
}

interface Entry {
  startMs: number
  page: Promise<Page>
  /** The page, once it is made. */
  made?: Page
}

/** A page lives for `maxAgeMs` from the start of its making. With 0 nothing is cached. */
export function pageCache(maxAgeMs: number, clock: Clock = performance): PageCache {
  const limits = { ttl: Math.max(1, maxAgeMs), ttlResolution: 0, perf: clock }
  const entries = new LRUCache<string, Entry>({ ...limits, max: maxPages, maxSize: maxBytes })
  const changeMs = new LRUCache<Subject, number>({ ...limits, max: maxSubjects })
  const urls = new LRUCache<string, { key: string; subjects: Subject[] }>({ max: maxPages })
  const countLookup = cacheMeter('pages')

  function find(key: string, subjects: Subject[]): Entry | undefined {
    const entry = entries.get(key)
    return entry && subjects.every((subject) => (changeMs.get(subject) ?? 0) <= entry.startMs) ? entry : undefined
  }

  function start(key: string, make: () => Promise<Page>): Promise<Page> {
    const entry: Entry = { startMs: clock.now(), page: make() }
    const { startMs: start, page } = entry
    entries.set(key, entry, { size: 1, start })
    const isNewest = () => entries.peek(key) === entry
    page.then(
      (made) => {
        if (!isNewest()) return
        if (made.missing) entries.delete(key)
        else entries.set(key, { ...entry, made }, { size: 2 * made.bytes.length + key.length, start })
      },
      () => isNewest() && entries.delete(key),
    )
    return page
  }

  return {
    async get(key, subjects, make) {
      if (maxAgeMs === 0) return make()
      const cached = find(key, subjects)
      countLookup(cached !== undefined)
      return cached ? cached.page : start(key, make)
    },

    ofUrl(url) {
      const named = urls.get(url)
      const page = named && find(named.key, named.subjects)?.made
      if (page) countLookup(true)
      return page
    },

    setUrl(url, key, subjects) {
      if (url.length <= maxUrlLength) urls.set(url, { key, subjects })
    },

    noteChange(...subjects) {
      for (const subject of subjects) changeMs.set(subject, clock.now())
    },

    clear() {
      // clear() visits every slot, also of an empty cache.
      if (entries.size > 0) entries.clear()
    },
  }
}
