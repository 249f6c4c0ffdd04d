import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'

let fresh: FreshDatabase
let name: string
beforeAll(async () => {
  fresh = await freshDatabase()
  name = new URL(fresh.url).pathname.slice(1)
  await fresh.query("create user weak@'%' identified by ?", [password])
})
afterAll(async () => {
  await fresh.query("drop user weak@'%'")
  await fresh.drop()
})

const password = 'Hidden-1'
const setting = 'USER_DATABASE_URL or DATABASE_URL'

test.each([
  'postgres://root:Hidden-1@127.0.0.1/x',
  'mysql://root:Hidden-1/2@127.0.0.1/x',
  'mysql://root:Hidden-1#2@127.0.0.1/x',
  'mysql://root:Hidden-1%@127.0.0.1/x',
  'mysql://root:Hidden-1@127.0.0.1:99999/x',
  'mysql://root:Hidden-1@127.0.0.1/x/y',
  'mysql://root:9/Hidden-1@127.0.0.1/x',
  '"mysql://root:Hidden-1@127.0.0.1/x"',
  'Hidden-1',
])(
  'a URL that is none of a MySQL database is refused in a line that names the setting and not the password: %s',
  async (url) => {
    expect(await migrate(url)).toEqual({
      code: 78,
      said: expect.stringMatching(/^DATABASE_URL: USER_DATABASE_URL or DATABASE_URL must be [^\n]+\n$/),
    })
  },
)

test('a server that is not there, or that nobody knows, is told as that with a code of its own', async () => {
  const told = (code: string) => `user-srv 0.1.0: the database server of ${setting} does not answer (${code})\n`
  expect(await migrate(`mysql://root:${password}@127.0.0.1:1/x`)).toEqual({ code: 69, said: told('ECONNREFUSED') })
  const unknown = await migrate(`mysql://root:${password}@no-such-host.invalid/x`)
  expect(unknown).toEqual({ code: 69, said: expect.stringMatching(/does not answer \((?:ENOTFOUND|EAI_AGAIN)\)\n$/) })
})

test('what speaks no MySQL, or nothing at all, is told as that', async () => {
  for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', '']) {
    const server = await listening(greeting)
    const { port } = server.address() as { port: number }
    const { code, said } = await migrate(`mysql://root:${password}@127.0.0.1:${port}/x`)
    server.close()
    expect([[69, 78].includes(code), said.split('\n')]).toEqual([true, [expect.stringContaining(setting), '']])
  }
})

test('a wrong password is told without it', async () => {
  expect(await migrate(as('weak', 'Hidden-2'))).toEqual({
    code: 78,
    said: `user-srv 0.1.0: the database server does not accept the user or the password of ${setting}\n`,
  })
})

test('a user who may not use the database is told apart from one who may not make tables in it', async () => {
  const noDatabase = await migrate(as('weak', password))
  expect(noDatabase).toEqual({
    code: 78,
    said: expect.stringMatching(/names is not there, or its user may not use it: [^\n]+\n$/),
  })
  await fresh.query("grant select, insert, update, delete on ??.* to weak@'%'", [name])
  const noTables = await migrate(as('weak', password))
  expect(noTables).toEqual({
    code: 78,
    said: expect.stringMatching(/may not do what the tables of user-srv need \(\w+\): grant all on that database\n$/),
  })
  await fresh.query("grant all on ??.* to weak@'%'", [name])
  expect(await migrate(as('weak', password))).toEqual({ code: 0, said: '' })
})

test('a service too ends with that sentence alone when its tables are of a later version', async () => {
  await fresh.query("insert into user_migration values ('9999_later', 1)")
  const refused = {
    code: 65,
    said: expect.stringMatching(/^user-srv 0.1.0: the tables [^\n]+ have 9999_later, [^\n]+\n$/),
  }
  expect(await migrate(fresh.url)).toEqual(refused)
  expect(await migrate(fresh.url, 'serve')).toEqual(refused)
})

function as(user: string, secret: string): string {
  const url = new URL(fresh.url)
  url.username = user
  url.password = secret
  return url.href
}

function listening(greeting: string): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => {}).write(greeting))
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function migrate(url: string, word = 'migrate') {
  const child = Bun.spawn([process.execPath, 'user-srv/src/main.ts', word], {
    cwd: `${import.meta.dir}/..`,
    env: { PATH: process.env.PATH, USER_DATABASE_URL: url, USER_GRPC_PORT: '0' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const said = await new Response(child.stderr).text()
  expect(said).not.toContain(password)
  return { code: await child.exited, said }
}
