// `bun run test [arguments of bun test]`: installs a database and ffmpeg if they are missing, then runs the tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImages } from '../containers/images.ts'
import { startDatabase } from '../dev/database.ts'
import { installCommand, installMissing } from '../dev/install.ts'
import { findServer, hasFfmpeg } from '../dev/server.ts'
import { bunTest, perFile } from './bun-test.ts'
import { runCleanup } from './cleanup.ts'
import { executables } from './executables.ts'
import { type Group, groupOf, testFiles } from './groups.ts'
import { hastyServerArgs } from './mysql.ts'
import type { Tally } from './report.ts'

const root = join(import.meta.dir, '..')
const imageTests = './containers'
const limitMinutes = 60
/** For the runs and the databases to end when the limit has passed, or a signal came. */
const endLimitMs = 30_000
const { MYSQL_TEST_URL, TEST_DATABASE_URL, TEST_IMAGES } = process.env

await setUp()
const args = process.argv.slice(2)
const total: Tally = { passed: 0, failed: 0, failures: [] }
const ending = new AbortController()
setTimeout(() => ending.abort(`the tests took longer than ${limitMinutes} minutes`), limitMinutes * 60_000)
// The databases are in process groups of their own, so Ctrl-C does not end them. A second signal ends only this process.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => ending.abort(`${name} ended the tests`))
}
const { signal } = ending
const late = new Promise((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, endLimitMs)))
await Promise.race([args.length > 0 ? runThese(args) : runAll(), late])
if (signal.aborted) {
  total.failed++
  total.failures.push(String(signal.reason))
}
// The failures are repeated, since readers of a long log often see only its end.
for (const failure of total.failures) console.log(`\nFAILED: ${failure}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

async function setUp(): Promise<void> {
  const missing = () => ({ server: !TEST_DATABASE_URL && !findServer(), ffmpeg: !hasFfmpeg() })
  if (missing().server || missing().ffmpeg) await installMissing(missing(), console.log)
  if (!missing().server && !missing().ffmpeg) return
  console.error(`the tests need a database server and ffmpeg: ${installCommand(missing())}`)
  process.exit(1)
}

async function runThese(these: string[]): Promise<void> {
  if (these.includes(imageTests)) await buildImages()
  await onOwnServer((url) => run('', these, url, '0/1'))
}

type Job = (portShare: string) => Promise<void>

/** Two runs at once, since most tests wait for each other's processes, but nothing beside the tests that measure. */
async function runAll(): Promise<void> {
  const files = Object.groupBy(await testFiles(root), groupOf)
  const group =
    (name: Group): Job =>
    (share) =>
      onOwnServer((url) => run(name, pathsOf(files[name]), url, share))
  process.env.TEST_EXECUTABLES = await executables()
  try {
    await runJobs([group('measuring'), group('waiting')])
    const jobs = [group('rest'), group('http'), group('browser'), group('store')]
    if (MYSQL_TEST_URL) jobs.push((share) => run('store, on MySQL', pathsOf(files.store), MYSQL_TEST_URL, share))
    if (TEST_IMAGES) {
      jobs.push(async (share) => {
        await buildImages()
        await group('images')(share)
      })
    }
    await runJobs(jobs)
  } finally {
    await runCleanup()
  }
}

function pathsOf(files: string[] = []): string[] {
  return files.map((file) => `./${file}`)
}

/** Two at a time. One at a time on a server of the user's own, since some tests change the settings of a server. */
async function runJobs(jobs: Job[]): Promise<void> {
  const shares = TEST_DATABASE_URL ? ['0/1'] : ['0/2', '1/2']
  const waiting = jobs.values()
  await Promise.all(
    shares.map(async (share) => {
      for (const job of waiting) if (!signal.aborted) await job(share)
    }),
  )
}

async function onOwnServer(work: (url: string) => Promise<void>): Promise<void> {
  if (TEST_DATABASE_URL) return work(TEST_DATABASE_URL)
  const folder = mkdtempSync(join(tmpdir(), 'douyin-test-'))
  const database = await startDatabase(folder, { serverArgs: hastyServerArgs })
  try {
    await work(database.url('test'))
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs `bun test` and adds its numbers to the total. The output of a named run appears file by file. */
async function run(name: string, testArgs: string[], databaseUrl: string, portShare: string): Promise<void> {
  const startMs = performance.now()
  const print = (text: string) => process.stdout.write(text)
  const output = name ? perFile(print) : { write: print, end() {} }
  const env = { ...process.env, TEST_DATABASE_URL: databaseUrl, TEST_PORT_SHARE: portShare }
  const { passed, failed, failures } = await bunTest({
    args: testArgs,
    cwd: root,
    env,
    write: output.write,
    signal,
  })
  output.end()
  total.passed += passed
  total.failed += failed
  total.failures.push(...failures.map((failure) => (name ? `${name}: ${failure}` : failure)))
  if (name) {
    const seconds = Math.round((performance.now() - startMs) / 1000)
    print(`\n${name}: ${passed} passed, ${failed} failed in ${seconds} s\n\n`)
  }
}
