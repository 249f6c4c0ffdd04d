// What `bun run test` does, from a bare machine on: `bun run test [bun test's own arguments]`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImages } from '../containers/build.ts'
import { startDatabase } from '../dev/database.ts'
import { installCommand, installMissing } from '../dev/install.ts'
import { findServer, hasFfmpeg } from '../dev/server.ts'
import { hastyServerArgs } from './mysql.ts'
import { Report, type Tally } from './report.ts'

const root = join(import.meta.dir, '..')
/** Those that speak SQL: they run on MySQL too where MYSQL_TEST_URL names one. */
const storeTests = ['./database', './user-srv', './feed-srv']
/** Those that need a Docker engine: `bun run test:images` runs them alone, TEST_IMAGES adds them to the rest. */
const imageTests = './containers'

await setUp()
const args = process.argv.slice(2)
if (args.includes(imageTests)) await buildImages()
const total = await runOnOwnServer(args.length === 0 ? [`--path-ignore-patterns=${imageTests.slice(2)}/**`] : args)
const { MYSQL_TEST_URL, TEST_IMAGES } = process.env
if (MYSQL_TEST_URL && args.length === 0) {
  console.log('\nThe store tests again, on MySQL:')
  add(total, await runTests(storeTests, MYSQL_TEST_URL))
}
if (TEST_IMAGES && args.length === 0) {
  console.log('\nThe images, in a Docker engine:')
  await buildImages()
  add(total, await runOnOwnServer([imageTests]))
}
// A log of thousands of lines is often seen by its end only.
for (const failure of total.failures) console.log(`\nFAILED: ${failure}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

async function setUp(): Promise<void> {
  const missing = () => ({ server: !process.env.TEST_DATABASE_URL && !findServer(), ffmpeg: !hasFfmpeg() })
  if (missing().server || missing().ffmpeg) await installMissing(missing(), console.log)
  if (!missing().server && !missing().ffmpeg) return
  console.error(`the tests need a database server and ffmpeg: ${installCommand(missing())}`)
  process.exit(1)
}

async function runOnOwnServer(args: string[]): Promise<Tally> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return runTests(args, given)
  const folder = mkdtempSync(join(tmpdir(), 'douyin-test-'))
  const database = await startDatabase(folder, { serverArgs: hastyServerArgs })
  try {
    return await runTests(args, database.url('test'))
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Passes on what `bun test` says, and counts what it counted. A run that tells no numbers has failed. */
async function runTests(args: string[], databaseUrl: string): Promise<Tally> {
  const child = Bun.spawn([process.execPath, 'test', '--timeout', '60000', ...args], {
    cwd: root,
    env: { ...process.env, TEST_DATABASE_URL: databaseUrl },
    stdout: 'inherit',
    stderr: 'pipe',
  })
  const said = new Report()
  const decoder = new TextDecoder()
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk)
    said.add(decoder.decode(chunk, { stream: true }))
  }
  return said.tally(await child.exited)
}

function add(total: Tally, more: Tally): void {
  total.passed += more.passed
  total.failed += more.failed
  total.failures.push(...more.failures)
}
