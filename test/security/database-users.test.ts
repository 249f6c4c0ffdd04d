import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { makeSecrets } from '../../ops/secrets.ts'
import { type OwnServer, ownServer } from '../own-server.ts'

let folder: string
let server: OwnServer
let socketPath: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-secrets-'))
  server = await ownServer()
  socketPath = new URL(server.databases[0].url).searchParams.get('socketPath')!
  await makeSecrets(folder, 'mysql:3306')
  const root = await createConnection({ socketPath, user: 'root', multipleStatements: true })
  // Some packages create an anonymous user, which matches before a user of host '%'.
  await root.query("delete from mysql.global_priv where user = ''").catch(() => {})
  await root.query('flush privileges')
  await root.query(await Bun.file(join(folder, 'mysql/databases.sql')).text())
  await root.end()
}, 60_000)
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const read = (name: string) => Bun.file(join(folder, name)).text()
async function as(name: string) {
  const { username, password, pathname } = new URL(await read(`${name}/database-url`))
  return createConnection({ socketPath, user: username, password, database: pathname.slice(1) })
}

test.each([
  ['user', 'feed'],
  ['feed', 'user'],
])(
  'the database user of %s-srv can create its own tables, and cannot access those of %s-srv, other databases or the server',
  async (own, other) => {
    const connection = await as(own)
    await connection.query('create table mine (id int)')
    await connection.query('insert into mine values (1)')
    for (const forbidden of [
      `select * from \`${other}\`.mine`,
      `create table \`${other}\`.stolen (id int)`,
      'select * from mysql.user',
      'create database stolen',
      "create user 'x'@'%'",
      "select load_file('/etc/passwd') as text from mine having text is not null",
      'set global general_log = 1',
      "select 1 into outfile '/tmp/stolen'",
    ]) {
      const [rows] = await connection.query(forbidden).catch((error) => [String(error.code)])
      expect([forbidden, Array.isArray(rows) ? rows.length : 'refused']).not.toEqual([forbidden, 1])
    }
    await connection.end()
  },
)

test('the secrets of an installation are long, different except for the shared one, and created only once', async () => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes('/'))
  const before = await Promise.all(names.map(read))
  await makeSecrets(folder, 'mysql:3306')
  expect(await Promise.all(names.map(read))).toEqual(before)
  const shared = await Promise.all(['user', 'feed', 'web'].map((name) => read(`${name}/grpc-secret`)))
  expect(new Set(shared).size).toBe(1)
  const secrets = [...shared.slice(0, 1), await read('web/jwt-secret'), await read('mysql/root-password')]
  expect(new Set(secrets).size).toBe(3)
  for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/)
  expect((await stat(join(folder, 'seed/seed'))).mode & 0o077).toBe(0)
})
