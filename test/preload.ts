import { afterAll } from 'bun:test'
import { runCleanup } from './cleanup.ts'
import { stopServer } from './mysql.ts'

// Bun runs no exit handlers after its tests, so a server that they started would keep running.
afterAll(async () => {
  await runCleanup()
  await stopServer()
})
