import { test } from 'bun:test'

// run.test.ts runs it.
test('hangs', async () => {
  console.log('a test hangs')
  await Bun.spawn(['sleep', '300'], { detached: true }).exited
})
