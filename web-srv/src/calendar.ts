import { LRUCache } from 'lru-cache'

/** Returns a function that formats a time in ms as mm-dd, which the app shows. */
export function calendar(timeZone: string): (time: number) => string {
  // Creating a formatter costs more than all other work for a comment. Using it costs much, too, so days are cached.
  const format = new Intl.DateTimeFormat('en-US', { month: '2-digit', day: '2-digit', timeZone })
  const dayOfQuarter = new LRUCache<number, string>({ max: 1000 })
  return (time) => {
    // In every time zone a day begins at a full quarter of an hour of UTC.
    const quarter = Math.floor(time / quarterMs)
    const day = dayOfQuarter.get(quarter) ?? format.format(time).replace('/', '-')
    dayOfQuarter.set(quarter, day)
    return day
  }
}

const quarterMs = 15 * 60_000
