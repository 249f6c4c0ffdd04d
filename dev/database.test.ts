import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { startDatabase } from './database.ts'
import { birthOf } from './processes.ts'

const root = mkdtempSync(join(tmpdir(), 'douyin-dev-test-'))
const dir = join(root, 'database')
const quick = { serverArgs: ['--innodb-fast-shutdown=2'] }
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('data outlives a stop and a killed server', async () => {
  const first = await startDatabase(dir, quick)
  expect(first.fresh).toBe(true)
  await query(first.url(''), 'create database kept')
  await query(first.url('kept'), 'create table one (id int)')
  await query(first.url('kept'), 'insert into one values (1)')
  await first.stop()

  const second = await startDatabase(dir, quick)
  expect(second.fresh).toBe(false)
  await query(second.url('kept'), 'insert into one values (2)')
  second.process.kill('SIGKILL')
  await second.process.exited
  await second.stop()

  const third = await startDatabase(dir, quick)
  expect(await query(third.url('kept'), 'select id from one order by id')).toEqual([{ id: 1 }, { id: 2 }])
  await third.stop()
}, 30_000)

test('a folder has one owner, and no other user can read it', async () => {
  const database = await startDatabase(dir, quick)
  await expect(startDatabase(dir)).rejects.toThrow(`process ${process.pid} is still running`)
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  await database.stop()
}, 30_000)

test('its temporary tables are in its own folder, where no other server removes them when it starts', async () => {
  const database = await startDatabase(dir, quick)
  expect(await query(database.url(''), 'select @@tmpdir as dir')).toEqual([{ dir: join(dir, 'tmp') }])
  await database.stop()
}, 30_000)

test('the server of a killed owner is stopped, and its data is used again', async () => {
  const code = `
    import { startDatabase } from '${import.meta.dir}/database.ts'
    console.log((await startDatabase('${dir}')).pid)
    setInterval(() => {}, 1000)`
  const owner = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe' })
  const { value } = await owner.stdout.getReader().read()
  const leftoverPid = Number(new TextDecoder().decode(value))
  owner.kill('SIGKILL')
  await owner.exited
  expect(birthOf(leftoverPid)).toBeDefined()

  const messages: string[] = []
  const database = await startDatabase(dir, { ...quick, say: (line) => messages.push(line) })
  expect(messages).toEqual([`stopping database (process ${leftoverPid}), left over from a run that was killed`])
  expect(birthOf(leftoverPid)).toBeUndefined()
  expect(database.fresh).toBe(false)
  await database.stop()
}, 30_000)

test('a folder whose path is too long for a socket works', async () => {
  const long = join(root, 'x'.repeat(120))
  const database = await startDatabase(long, quick)
  expect(await query(database.url(''), 'select 1 as one')).toEqual([{ one: 1 }])
  await database.stop()
}, 30_000)

test('an interrupted initialisation starts again from the beginning', async () => {
  const cut = join(root, 'cut')
  mkdirSync(join(cut, 'data.new/mysql'), { recursive: true })
  const database = await startDatabase(cut, quick)
  expect(database.fresh).toBe(true)
  await database.stop()
}, 30_000)

test('a server that does not start is reported at once with the reason', async () => {
  await expect(startDatabase(dir, { serverArgs: ['--no-such-option'] })).rejects.toThrow('no-such-option')
})

async function query(uri: string, sql: string): Promise<unknown> {
  const connection = await createConnection(uri)
  try {
    return (await connection.query(sql))[0]
  } finally {
    await connection.end()
  }
}
