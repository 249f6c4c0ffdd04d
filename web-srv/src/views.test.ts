import { expect, test } from 'bun:test'
import { calendar } from './views.ts'

const zones = ['UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham']

test.each(zones)('a comment’s day is that of its minute in %s, however often the day was told before', (timeZone) => {
  const dayOf = calendar(timeZone)
  const format = new Intl.DateTimeFormat('en-US', { month: '2-digit', day: '2-digit', timeZone })
  const [from, to] = [Date.UTC(2024, 0), Date.UTC(2027, 0)]
  const times = Array.from({ length: 500 }, () => from + Math.floor(Math.random() * (to - from)))
  // Every minute of two days, one of them with a change of the clock in Lord Howe.
  const minutes = Array.from({ length: 2 * 24 * 60 }, (_, i) => Date.UTC(2026, 3, 4) + i * 60_000)
  for (const time of [...times, ...minutes, ...times])
    expect([time, dayOf(time)]).toEqual([time, format.format(time).replace('/', '-')])
})
