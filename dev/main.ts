import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDemo } from './demo.ts'
import { develop } from './develop.ts'
import { generatedFilms } from './films.ts'
import { say } from './log.ts'
import { whenOrphaned } from './orphan.ts'

// --empty leaves a fresh database without demo data; --root is another checkout's folder.
const { values: options } = parseArgs({
  options: {
    empty: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dir, '..') },
  },
})

const steps: (() => unknown)[] = []
const ending = new AbortController()

async function end(code: number): Promise<void> {
  // A terminal and npx can both pass one Ctrl-C on.
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
  fillEmpty: options.empty ? undefined : firstLook,
  atEnd: (step) => steps.push(step),
  signal: ending.signal,
}).catch(fail)

/** A small demo, so that the first look at the feed shows videos. Without it everything else works all the same. */
async function firstLook(settings: Record<string, string | undefined>): Promise<void> {
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
