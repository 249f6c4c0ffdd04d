import { expect, test } from 'bun:test'
import { calendar } from './calendar.ts'

const zones = ['UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham']

test.each(zones)('a cached day is the day of the exact minute in %s', (timeZone) => {
  const dayOf = calendar(timeZone)
  const format = new Intl.DateTimeFormat('en-US', { month: '2-digit', day: '2-digit', timeZone })
  const [from, to] = [Date.UTC(2024, 0), Date.UTC(2027, 0)]
  const times = Array.from({ length: 500 }, () => from + Math.floor(Math.random() * (to - from)))
  // Every minute of two days. Lord Howe changes its clock on one of them.
  const minutes = Array.from({ length: 2 * 24 * 60 }, (_, i) => Date.UTC(2026, 3, 4) + i * 60_000)
  for (const time of [...times, ...minutes, ...times])
    expect([time, dayOf(time)]).toEqual([time, format.format(time).replace('/', '-')])
})
