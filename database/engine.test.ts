import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabase } from '../dev/database.ts'
import { findServer } from '../dev/server.ts'
import { hastyServerArgs } from '../test/mysql.ts'
import { engineOf } from './engine.ts'

test.each([
  ['8.0.1', 'mysql'],
  ['8.0.36-0ubuntu0.22.04.1', 'mysql'],
  ['8.4.6-Vitess', 'mysql'],
  ['8.0.11-TiDB-v8.5.6', 'mysql'],
  ['9.7.4', 'mysql'],
  ['10.11.19-MariaDB-0+deb12u1', 'mariadb'],
  ['5.5.5-10.11.6-MariaDB-log', 'mariadb'],
  ['11.8.2-MariaDB', 'mariadb'],
  ['12.0.1-MariaDB', 'mariadb'],
] as const)('%s is accepted', (version, engine) => {
  expect(engineOf(version)).toBe(engine)
})

test.each([
  ['5.7.44-log', 'MySQL 5.7.44-log'],
  ['5.6.51', 'MySQL 5.6.51'],
  ['10.5.29-MariaDB', 'MariaDB 10.5.29-MariaDB'],
  ['5.5.5-10.3.39-MariaDB', 'MariaDB 5.5.5-10.3.39-MariaDB'],
  ['5.5.68-MariaDB', 'MariaDB 5.5.68-MariaDB'],
])('%s is rejected with a sentence that names it and the required versions', (version, shownName) => {
  const sentence = `the database is ${shownName}: MySQL 8.0 or MariaDB 10.11 is needed, or a later version`
  expect(() => engineOf(version)).toThrow(sentence)
})

// Only MariaDB can be configured to report another version than its own.
test.if(findServer()?.kind === 'mariadb')(
  'a service on a database that is too old exits with 78 and one sentence',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'douyin-old-'))
    const server = await startDatabase(folder, { serverArgs: [...hastyServerArgs, '--version=5.7.44-log'] })
    const exits = await Promise.all(
      ['feed-srv', 'user-srv'].flatMap((name) =>
        ['serve', 'migrate'].map((command) => exitOf(name, command, server.url('old'))),
      ),
    )
    const sentence = 'the database is MySQL 5.7.44-log: MySQL 8.0 or MariaDB 10.11 is needed, or a later version\n'
    expect(exits).toEqual(exits.map(() => ({ code: 78, output: expect.stringMatching(/^\S+ \S+: the database/) })))
    for (const { output } of exits) expect(output).toEndWith(sentence)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  },
  60_000,
)

async function exitOf(name: string, command: string, DATABASE_URL: string) {
  const child = Bun.spawn([process.execPath, `${name}/src/main.ts`, command], {
    cwd: join(import.meta.dir, '..'),
    env: { PATH: process.env.PATH, DATABASE_URL, USER_GRPC_PORT: '0', FEED_GRPC_PORT: '0' },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, output: out + error }
}
