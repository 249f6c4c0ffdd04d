import { expect, test } from 'bun:test'
import { type Crash, crash, printResult, unproven } from './crash.ts'
import { longOrShort } from './faults/run-length.ts'
import { recordFigure } from './goal-table.ts'

const kills = longOrShort(20, 4)
const seconds = longOrShort(120, 15)

test('if services and database are killed under load, every acknowledged write is there and every count is right', async () => {
  const result = await crash({ seconds, kills, seed: Date.now() % 100_000 })
  printResult(result)
  expect(result.kills.length).toBe(kills)
  expect(unproven(result)).toEqual([])
  expect(result.acknowledged).toContainAllKeys([
    ...['like', 'follow', 'comment', 'comment deleted', 'video', 'registration', 'feed read'],
  ])
  expect(result.findings.filter(({ wrong }) => wrong.length > 0)).toEqual([])
  recordFigure('R-1 killed under load', '0 lost, 0 counts wrong', figures(result))
}, 400_000)

function figures({ kills, acknowledged, findings }: Crash): string {
  const writes = Object.values(acknowledged).reduce((sum, count) => sum + count, 0)
  const wrong = findings.reduce((sum, finding) => sum + finding.wrong.length, 0)
  return `${wrong} wrong of ${writes} acknowledged, ${kills.length} proven kills`
}
