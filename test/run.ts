// `bun run test [arguments of bun test]`: installs a database and ffmpeg if they are missing, then runs the tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImages } from '../containers/images.ts'
import { startDatabase } from '../dev/database.ts'
import { installCommand, installMissing } from '../dev/install.ts'
import { findServer, hasFfmpeg } from '../dev/server.ts'
import { bunTest } from './bun-test.ts'
import { hastyServerArgs } from './mysql.ts'
import type { Tally } from './report.ts'

const root = join(import.meta.dir, '..')
/** Tests that use SQL. If MYSQL_TEST_URL is set, they run a second time on that MySQL. */
const storeTests = ['./database', './user-srv', './feed-srv']
/** Tests that need a Docker engine. `bun run test:images` runs only them, TEST_IMAGES adds them to the others. */
const imageTests = './containers'
const limitMinutes = 60
/** For the runs to end when the limit has passed. */
const endLimitMs = 30_000

await setUp()
const args = process.argv.slice(2)
const total: Tally = { passed: 0, failed: 0, failures: [] }
const limit = AbortSignal.timeout(limitMinutes * 60_000)
const late = new Promise((resolve) => limit.addEventListener('abort', () => setTimeout(resolve, endLimitMs)))
await Promise.race([runAll(), late])
if (limit.aborted) {
  total.failed++
  total.failures.push(`the tests took longer than ${limitMinutes} minutes`)
}
// The failures are repeated, since readers of a long log often see only its end.
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

async function runAll(): Promise<void> {
  if (args.includes(imageTests)) await buildImages()
  await runOnOwnServer(args.length === 0 ? [`--path-ignore-patterns=${imageTests.slice(2)}/**`] : args)
  const { MYSQL_TEST_URL, TEST_IMAGES } = process.env
  if (MYSQL_TEST_URL && args.length === 0) {
    console.log('\nThe store tests again, on MySQL:')
    await runTests(storeTests, MYSQL_TEST_URL)
  }
  if (TEST_IMAGES && args.length === 0) {
    console.log('\nThe images, in a Docker engine:')
    await buildImages()
    await runOnOwnServer([imageTests])
  }
}

async function runOnOwnServer(args: string[]): Promise<void> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return runTests(args, url)
  const folder = mkdtempSync(join(tmpdir(), 'douyin-test-'))
  const database = await startDatabase(folder, { serverArgs: hastyServerArgs })
  try {
    await runTests(args, database.url('test'))
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runTests(args: string[], databaseUrl: string): Promise<void> {
  const env = { ...process.env, TEST_DATABASE_URL: databaseUrl }
  const write = (text: string) => process.stdout.write(text)
  const { passed, failed, failures } = await bunTest({ args, cwd: root, env, write, signal: limit })
  total.passed += passed
  total.failed += failed
  total.failures.push(...failures)
}
