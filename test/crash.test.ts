import { expect, test } from 'bun:test'
import { crash, tell, unproven } from './crash.ts'

const kills = 4

test('services and database killed under load: what was acknowledged is there, and every count is right', async () => {
  const result = await crash({ seconds: 15, kills, seed: Date.now() % 100_000 })
  tell(result)
  expect(result.kills.length).toBe(kills)
  expect(unproven(result)).toEqual([])
  expect(result.acknowledged).toContainAllKeys([
    ...['like', 'follow', 'comment', 'comment deleted', 'video', 'registration', 'feed read'],
  ])
  expect(result.findings.filter(({ wrong }) => wrong.length > 0)).toEqual([])
}, 120_000)
