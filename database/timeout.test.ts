import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool } from 'mysql2'
import { type PrivateDatabase, startDatabase } from '../dev/database.ts'
import { connectOptions, freshDatabase, hastyServerArgs } from '../test/mysql.ts'
import { isStopped } from '../test/process-state.ts'
import { until } from '../test/stack.ts'
import { supportedEngine } from './engine.ts'
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

test('if a server freezes right after it accepted the connection, every query fails, also the queued ones', async () => {
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

test('a long queue for a connection to a frozen server fails in time', async () => {
  const pool = createPool({ ...connectOptions(server.url('mysql')), connectionLimit: 1 })
  limitQueries(pool)
  await pool.promise().query('select 1')
  server.process.kill('SIGSTOP')
  await until(() => isStopped(server.process.pid))
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => pool.promise().query('select 1')))
  server.process.kill('SIGCONT')
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)
  expect(codes).toEqual(Array(20).fill('PROTOCOL_SEQUENCE_TIMEOUT'))
  await pool.promise().query('select 1')
  await pool.promise().end()
}, 20_000)

test('a query that timed out is stopped in the server too', async () => {
  const fresh = await freshDatabase()
  const pool = createPool({ ...connectOptions(fresh.url), connectionLimit: 1 })
  const observer = createPool({ ...connectOptions(fresh.url), connectionLimit: 1 })
  limitQueries(pool, 300, await supportedEngine(observer.promise()))
  const running = async () => {
    const [rows] = await observer
      .promise()
      .query('select info from information_schema.processlist where info like ?', ['select sleep%'])
    return (rows as unknown[]).length
  }
  const late = pool.promise().query('select sleep(60)')
  late.catch(() => {})
  await until(async () => (await running()) === 1)
  await expect(late).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
  await until(async () => (await running()) === 0)
  await Promise.all([pool.promise().end(), observer.promise().end()])
  await fresh.drop()
}, 20_000)
