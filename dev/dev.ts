import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDemo } from './demo.ts'
import { develop } from './develop.ts'
import { generatedFilms } from './films.ts'
import { say } from './log.ts'
import { whenOrphaned } from './orphan.ts'

// --empty leaves a new database without demo data; --root is the folder of another checkout.
const { values: options } = parseArgs({
  options: {
    empty: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dir, '..') },
  },
})

const steps: (() => unknown)[] = []
const ending = new AbortController()

async function end(code: number): Promise<void> {
  // The terminal and npx may both forward the same Ctrl-C.
  if (ending.signal.aborted) return
  ending.abort()
  for (const step of steps.toReversed()) await Promise.try(step).catch(() => {})
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))
process.stdout.on('error', () => end(0))
process.on('uncaughtException', (error) => fail(error))
whenOrphaned(() => end(0), Bun.env)

const services = ['feed-srv', 'user-srv', 'web-srv'].map((name) => ({ name, entry: `${name}/src/main.ts` }))

develop({
  root: resolve(options.root),
  environment: Bun.env,
  services,
  fillEmpty: options.empty ? undefined : addDemo,
  atEnd: (step) => steps.push(step),
  signal: ending.signal,
}).catch(fail)

/** Adds a small demo, so that the first visit of the feed shows videos. A failure does not stop the run. */
async function addDemo(settings: Record<string, string | undefined>): Promise<void> {
  say('putting in a small demo; `bun dev --empty` leaves it out')
  const { USER_GRPC_ADDRESS = '', FEED_GRPC_ADDRESS = '', MEDIA_DIR = '' } = settings
  const addresses = { userAddress: USER_GRPC_ADDRESS, feedAddress: FEED_GRPC_ADDRESS }
  const clipsDir = join(MEDIA_DIR, '..', 'clips')
  const films = generatedFilms(clipsDir, 8)
  await fillDemo({ ...addresses, mediaDir: MEDIA_DIR, users: 6, films }).then(
    () => say('the demo is in: `bun run seed` adds more'),
    (error) => say(`no demo: ${error.message}`),
  )
}

function fail(error: Error): void {
  if (ending.signal.aborted) return
  say(error.message)
  void end(1)
}
