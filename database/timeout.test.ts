import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool } from 'mysql2'
import { type PrivateDatabase, startDatabase } from '../dev/database.ts'
import { connectOptions, hastyServerArgs } from '../test/mysql.ts'
import { limitQueries } from './timeout.ts'

let folder: string
let server: PrivateDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-frozen-'))
  server = await startDatabase(folder, { serverArgs: hastyServerArgs })
})
afterAll(async () => {
  server.process.kill('SIGCONT')
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a server that freezes right after it let us in ends every query, also those that wait behind another', async () => {
  const pool = createPool({ ...connectOptions(server.url('mysql')), connectionLimit: 1 })
  let frozen = 0
  pool.once('connection', () => {
    frozen++
    server.process.kill('SIGSTOP')
  })
  limitQueries(pool)
  const code = (sql: string) =>
    pool
      .promise()
      .query(sql)
      .then(
        () => 'answered',
        (error) => error.code,
      )
  expect(await code('select 1')).toBe('PROTOCOL_SEQUENCE_TIMEOUT')
  expect(frozen).toBe(1)
  server.process.kill('SIGCONT')
  expect(await code('select 1')).toBe('answered')
  await pool.promise().end()
}, 20_000)
