import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gradientPng } from '../web-srv/src/media/image/placeholder-png.ts'
import { type Api, paintedCovers, startLimitMs, startTestApi } from './http/client.ts'
import { clip } from './http/clips.ts'

let api: Api
let folder: string
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  await api.video(await api.person())
  folder = await mkdtemp(join(tmpdir(), 'douyin-docs-'))
  await Bun.write(join(folder, 'clip.mp4'), await clip('tiny.mp4'))
  await Bun.write(join(folder, 'me.jpg'), gradientPng('me', 64, 64))
}, startLimitMs)
afterAll(async () => {
  await api?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const hasCurl = Bun.which('curl') !== null
if (!hasCurl) console.log('SKIPPED the commands of /docs: there is no curl')

/** The commands on the page, as a reader copies them. */
async function commands(): Promise<string[]> {
  const page = await (await fetch(`${api.stack.base}/docs`)).text()
  const unescaped = page.replaceAll('&#x27;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  return [...unescaped.matchAll(/<pre>(curl [^<]+)<\/pre>/g)].map(([, command]) => command!)
}

// The examples are curl commands.
test.skipIf(!hasCurl)(
  'the server understands each command of the docs page, sent by a user who just registered',
  async () => {
    const shown = (await commands()).filter((command) => command.includes('/douyin/'))
    expect(shown.length).toBeGreaterThan(25)
    for (const command of shown) {
      const { token } = await api.person()
      const env = { ...process.env, TOKEN: token }
      const child = Bun.spawn(['sh', '-c', command.replace('curl ', 'curl -s ')], { cwd: folder, env, stdout: 'pipe' })
      const { status_code, status_msg } = JSON.parse(await new Response(child.stdout).text())
      // An example cannot know the ids, the password, or whether a name is taken: those codes are allowed.
      expect([0, 2, 5, 8], `${command}: ${status_msg}`).toContain(status_code)
    }
  },
  60_000,
)
