import { expect, test } from 'bun:test'
import { type Crash, crash, tell, unproven } from './crash.ts'
import { inLong } from './faults/long.ts'
import { note } from './goals.ts'

const kills = inLong(20, 4)
const seconds = inLong(120, 15)

test('services and database killed under load: what was acknowledged is there, and every count is right', async () => {
  const result = await crash({ seconds, kills, seed: Date.now() % 100_000 })
  tell(result)
  expect(result.kills.length).toBe(kills)
  expect(unproven(result)).toEqual([])
  expect(result.acknowledged).toContainAllKeys([
    ...['like', 'follow', 'comment', 'comment deleted', 'video', 'registration', 'feed read'],
  ])
  expect(result.findings.filter(({ wrong }) => wrong.length > 0)).toEqual([])
  note('R-1 killed under load', '0 lost, 0 counts wrong', figures(result))
}, 400_000)

function figures({ kills, acknowledged, findings }: Crash): string {
  const writes = Object.values(acknowledged).reduce((sum, count) => sum + count, 0)
  const wrong = findings.reduce((sum, finding) => sum + finding.wrong.length, 0)
  return `${wrong} wrong of ${writes} acknowledged, ${kills.length} proven kills`
}
