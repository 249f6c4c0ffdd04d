import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Api, api, ok, type Person } from '../api.ts'
import { recordFigure } from '../goal-table.ts'
import { clip } from '../http/clips.ts'
import { type Stack, startStack } from '../stack.ts'

/** Only root may mount; CI runs as root. */
const canMount = process.getuid?.() === 0
let folder: string
let stack: Stack
let http: Api
let anna: Person
beforeAll(async () => {
  if (!canMount) return
  folder = await mkdtemp(join(tmpdir(), 'douyin-disk-'))
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  if (exitCode !== 0) throw new Error(stderr.toString())
  stack = await startStack({ env: { MEDIA_DIR: folder, LOG_LEVEL: 'silent', FFMPEG_PATH: 'none' } })
  http = api(stack.base)
  anna = await http.register('anna')
}, 60_000)
afterAll(async () => {
  await stack?.stop()
  if (!folder) return
  Bun.spawnSync(['umount', folder])
  await rm(folder, { recursive: true, force: true })
})

const rows = async () => Number((await stack.feedDatabase.query('select count(*) as n from video'))[0]?.n)
const temporary = () => readdir(join(folder, 'tmp'))

test.if(canMount)(
  'on a full disk an upload fails with the reason and leaves no row and no file, other requests succeed, and uploads work once there is room',
  async () => {
    const film = await clip('tiny.mp4')
    ok(await http.publish(anna, 'while there was room', film))
    const ballast = join(folder, 'ballast')
    Bun.spawnSync(['sh', '-c', `cat /dev/zero > ${ballast}`])
    const { stderr } = Bun.spawnSync(['cp', '/etc/passwd', join(folder, 'more')])
    expect(stderr.toString()).toContain('No space left')
    await rm(join(folder, 'more'), { force: true })
    const before = await rows()
    const messages = new Set<string>()
    for (let i = 0; i < 10; i++) {
      // Each film has unique content: a known content would not be stored again.
      const other = new Blob([film, new Uint8Array([0, 0, 0, 12, 102, 114, 101, 101, i, i, i, i])])
      const answer = await http.publish(anna, `no room ${i}`, other)
      expect(answer.status_code).not.toBe(0)
      messages.add(`${answer.http} ${answer.status_msg}`)
      ok(await http.get('/douyin/feed/', { token: anna.token }))
      ok(await http.post('/douyin/user/login/', { username: 'anna', password: 'correct horse' }))
    }
    expect([await rows(), await temporary()]).toEqual([before, []])
    expect([...messages]).toEqual([expect.stringContaining('no room')])
    await rm(ballast)
    ok(await http.publish(anna, 'there is room again', film))
    recordFigure('R-15 full disk', '0 rows, 0 files left', `10 uploads answered: ${[...messages]}`)
  },
  60_000,
)
