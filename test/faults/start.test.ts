import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabase } from '../../dev/database.ts'
import { dice } from '../dice.ts'
import { note } from '../goals.ts'
import type { FreshDatabase } from '../mysql.ts'
import { fleet } from './fleet.ts'
import { inLong } from './long.ts'

const limitMs = 15_000

test('started in any order, three of each, the database last: all can serve within 15 s, and tables are made once', async () => {
  const roll = dice(7)
  for (let round = 0; round < inLong(5, 1); round++) {
    const folder = await mkdtemp(join(tmpdir(), 'douyin-late-'))
    // Made once to know its address, and stopped until all the others wait for it.
    const first = await startDatabase(folder)
    const at = (name: string): FreshDatabase => ({ url: first.url(name), query: async () => [], drop: async () => {} })
    await first.stop()
    const all = await fleet({
      replicas: { 'user-srv': 3, 'feed-srv': 3, 'web-srv': 1 },
      databases: [at('user'), at('feed')],
      idle: true,
    })
    const order = all.members.map((one) => ({ one, at: roll() })).sort((a, b) => a.at - b.at)
    for (const { one } of order) one.start()
    await Bun.sleep(1500)
    expect(all.members.map(({ process }) => process.exitCode)).toEqual(all.members.map(() => null))
    const database = await startDatabase(folder)
    const begun = performance.now()
    await all.ready(limitMs)
    note(
      'R-19 started in any order',
      `<= ${limitMs} ms`,
      `${(performance.now() - begun).toFixed(0)} ms: ${order.map(({ one }) => one.kind.slice(0, 4)).join(' ')}`,
    )
    expect(all.members.map(({ process }) => process.exitCode)).toEqual(all.members.map(() => null))
    await all.stop()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
