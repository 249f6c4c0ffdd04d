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
  'a URL that is not one of a MySQL database is rejected in a line that names the setting and not the password: %s',
  async (url) => {
    expect(await migrate(url)).toEqual({
      code: 78,
      output: expect.stringMatching(/^DATABASE_URL: USER_DATABASE_URL or DATABASE_URL must be [^\n]+\n$/),
    })
  },
)

test('an unreachable server and an unknown host name have a sentence and an exit code of their own', async () => {
  const sentence = (code: string) => `user-srv 0.1.0: the database server of ${setting} does not answer (${code})\n`
  expect(await migrate(`mysql://root:${password}@127.0.0.1:1/x`)).toEqual({
    code: 69,
    output: sentence('ECONNREFUSED'),
  })
  const unknown = await migrate(`mysql://root:${password}@no-such-host.invalid/x`)
  expect(unknown).toEqual({ code: 69, output: expect.stringMatching(/does not answer \((?:ENOTFOUND|EAI_AGAIN)\)\n$/) })
})

test('a server that does not speak MySQL, or sends nothing, is reported in one line', async () => {
  for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', '']) {
    const server = await listening(greeting)
    const { port } = server.address() as { port: number }
    const { code, output } = await migrate(`mysql://root:${password}@127.0.0.1:${port}/x`)
    server.close()
    expect([[69, 78].includes(code), output.split('\n')]).toEqual([true, [expect.stringContaining(setting), '']])
  }
})

test('a wrong password is reported without showing it', async () => {
  expect(await migrate(urlOf('weak', 'Hidden-2'))).toEqual({
    code: 78,
    output: `user-srv 0.1.0: the database server does not accept the user or the password of ${setting}\n`,
  })
})

test('a user who may not use the database gets another sentence than one who may not create tables in it', async () => {
  const noDatabase = await migrate(urlOf('weak', password))
  expect(noDatabase).toEqual({
    code: 78,
    output: expect.stringMatching(/names is not there, or its user may not use it: [^\n]+\n$/),
  })
  await fresh.query("grant select, insert, update, delete on ??.* to weak@'%'", [name])
  const noTables = await migrate(urlOf('weak', password))
  expect(noTables).toEqual({
    code: 78,
    output: expect.stringMatching(/may not do what the tables of user-srv need \(\w+\): grant all on that database\n$/),
  })
  await fresh.query("grant all on ??.* to weak@'%'", [name])
  expect(await migrate(urlOf('weak', password))).toEqual({ code: 0, output: '' })
})

test('a service too exits with one sentence if its tables are of a later version', async () => {
  await fresh.query("insert into user_migration values ('9999_later', 1)")
  const rejection = {
    code: 65,
    output: expect.stringMatching(/^user-srv 0.1.0: the tables [^\n]+ have 9999_later, [^\n]+\n$/),
  }
  expect(await migrate(fresh.url)).toEqual(rejection)
  expect(await migrate(fresh.url, 'serve')).toEqual(rejection)
})

function urlOf(user: string, secret: string): string {
  const url = new URL(fresh.url)
  url.username = user
  url.password = secret
  return url.href
}

function listening(greeting: string): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => {}).write(greeting))
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function migrate(url: string, command = 'migrate') {
  const child = Bun.spawn([process.execPath, 'user-srv/src/main.ts', command], {
    cwd: `${import.meta.dir}/..`,
    env: { PATH: process.env.PATH, USER_DATABASE_URL: url, USER_GRPC_PORT: '0' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const output = await new Response(child.stderr).text()
  expect(output).not.toContain(password)
  return { code: await child.exited, output }
}
