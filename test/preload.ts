import { afterAll } from 'bun:test'
import { end } from './ending.ts'
import { stopServer } from './mysql.ts'

// Bun does not run exit handlers after its tests, so a server that they started would stay.
afterAll(async () => {
  await end()
  await stopServer()
})
