import { afterAll, beforeAll, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clip, makeFolder, removeFolder } from '../../web-srv/src/media/clips.fixture.ts'
import { type Stack, startStack } from '../stack.ts'
import { makeClient, run, whyNoGenerator } from './generator.ts'
import { languages } from './languages.ts'

const isLong = process.env.CLIENTS === 'all'
const tried = Object.keys(languages).filter((name) => isLong || ['TypeScript', 'Python'].includes(name))
const whyNone = whyNoGenerator()
if (whyNone) console.log(`SKIPPED the generated clients: ${whyNone}`)

let stack: Stack
let folder: string
let film: string
let proxy: ReturnType<typeof addUnknownKeys>
beforeAll(async () => {
  if (whyNone) return
  folder = await mkdtemp(join(tmpdir(), 'douyin-clients-'))
  film = await clip(await makeFolder(), 'plain.mp4')
  stack = await startStack()
  proxy = addUnknownKeys(stack.base)
  await Bun.write(join(folder, 'openapi.json'), await fetch(`${stack.base}/openapi.json`))
}, 60_000)
afterAll(async () => {
  await proxy?.stop(true)
  await stack?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
  if (film) await removeFolder(join(film, '..'))
})

for (const name of tried) {
  const language = languages[name]!
  const isThere = language.needs === undefined || Bun.which(language.needs)
  const why = whyNone ?? (isThere ? undefined : `there is no ${language.needs}`)
  if (why && !whyNone) console.log(`SKIPPED the generated client in ${name}: ${why}`)
  // Skipped, with the reason printed, if the toolchain of the language or the generator is missing.
  test.skipIf(why !== undefined)(
    `a client generated in ${name} compiles and completes a user's day, also when answers have new keys`,
    async () => {
      const home = join(folder, name)
      await mkdir(home)
      const day = await makeClient(join(folder, 'openapi.json'), home, language)
      await run(home, [...day, proxy.url.origin, film])
    },
    600_000,
  )
}

/** A proxy that adds a key to every object of an answer, as a future version of the server may. */
function addUnknownKeys(base: string) {
  const withUnknownKey = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withUnknownKey)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([key, inner]) => [key, withUnknownKey(inner)])
    return { ...Object.fromEntries(entries), of_the_future: { text: 'new', number: 1 } }
  }
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const { method, headers } = request
      const body = method === 'POST' ? await request.arrayBuffer() : undefined
      const answer = await fetch(base + pathname + search, { method, headers, body })
      return Response.json(withUnknownKey(await answer.json()), { status: answer.status })
    },
  })
}
