import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabase } from '../../dev/database.ts'
import { recordFigure } from '../goal-table.ts'
import type { FreshDatabase } from '../mysql.ts'
import { seededRandom } from '../seeded-random.ts'
import { startFleet } from './fleet.ts'
import { longOrShort } from './run-length.ts'

const limitMs = 15_000

test('when services start in any order and the database starts last, all are ready 15 s later and none has failed', async () => {
  const random = seededRandom(7)
  for (let round = 0; round < longOrShort(5, 1); round++) {
    const folder = await mkdtemp(join(tmpdir(), 'douyin-late-'))
    // Started once to learn its address, and stopped until the services wait for it.
    const first = await startDatabase(folder)
    const at = (name: string): FreshDatabase => ({ url: first.url(name), query: async () => [], drop: async () => {} })
    await first.stop()
    const fleet = await startFleet({
      replicas: { 'user-srv': 3, 'feed-srv': 3, 'web-srv': 1 },
      databases: [at('user'), at('feed')],
      idle: true,
    })
    const order = fleet.members.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at)
    for (const { one } of order) one.start()
    await Bun.sleep(1500)
    expect(fleet.members.map(({ process }) => process.exitCode)).toEqual(fleet.members.map(() => null))
    const database = await startDatabase(folder)
    const startMs = performance.now()
    await fleet.ready(limitMs)
    recordFigure(
      'R-19 started in any order',
      `<= ${limitMs} ms`,
      `${(performance.now() - startMs).toFixed(0)} ms: ${order.map(({ one }) => one.kind.slice(0, 4)).join(' ')}`,
    )
    expect(fleet.members.map(({ process }) => process.exitCode)).toEqual(fleet.members.map(() => null))
    await fleet.stop()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
