import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FreshDatabase, freshDatabase } from '../mysql.ts'
import { freePorts, isOk, tokenSecret, until } from '../stack.ts'

/** Only root may mount and change the user; CI runs as root. */
const isRoot = process.getuid?.() === 0
const cannotCreate = 73
const nobody = 65_534
const root = join(import.meta.dir, '../..')

let folder: string
let databases: [user: FreshDatabase, feed: FreshDatabase]
const mounted: string[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-media-dir-'))
  databases = [await freshDatabase(), await freshDatabase()]
})
afterAll(async () => {
  for (const path of mounted) Bun.spawnSync(['umount', path])
  await rm(folder, { recursive: true, force: true })
  await Promise.all(databases.map((database) => database.drop()))
})

const newPath = () => join(folder, crypto.randomUUID())

async function mount(options: string): Promise<string> {
  const path = newPath()
  await mkdir(path)
  const { exitCode, stderr } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path])
  if (exitCode !== 0) throw new Error(stderr.toString())
  mounted.push(path)
  return path
}

const fill = (path: string) => Bun.spawnSync(['sh', '-c', `cat /dev/zero > ${path}/ballast`])

/** Starts a main file with this media folder. All its other settings are valid. */
async function start(main: string, mediaDir: string) {
  const [port] = await freePorts(1)
  const child = Bun.spawn([process.execPath, main], {
    cwd: root,
    env: {
      ...process.env,
      WEB_PORT: String(port),
      MEDIA_DIR: mediaDir,
      JWT_SECRET: tokenSecret,
      USER_DATABASE_URL: databases[0].url,
      FEED_DATABASE_URL: databases[1].url,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return { child, base: `http://127.0.0.1:${port}` }
}

async function refusal(main: string, mediaDir: string) {
  const { child } = await start(main, mediaDir)
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, stdout, stderr }
}

const wrong: [what: string, make: () => Promise<string>, says: string][] = [
  ['is in /proc', async () => '/proc/x', 'cannot be made or written (ENOENT)'],
  ['is a file', () => withFile(''), 'is a file, or lies below one'],
  ['lies below a file', () => withFile('/media'), 'is a file, or lies below one'],
  ['has a name that is too long', async () => join(folder, 'x'.repeat(300)), '(ENAMETOOLONG)'],
]
const wrongForRoot: typeof wrong = [
  ['is mounted read-only', () => mount('ro'), 'mounted read-only'],
  ['is new on a full disk', full, 'without room'],
]

async function withFile(below: string): Promise<string> {
  const path = newPath()
  await writeFile(path, '')
  return path + below
}

async function full(): Promise<string> {
  const path = await mount('size=64k')
  fill(path)
  return path
}

for (const main of ['web-srv/src/main.ts', 'one-box/commands.ts']) {
  describe(main, () => {
    for (const [what, make, says] of isRoot ? [...wrong, ...wrongForRoot] : wrong) {
      test(`exits with code 73 and one sentence if MEDIA_DIR ${what}`, async () => {
        const path = await make()
        const { code, stdout, stderr } = await refusal(main, path)
        expect(stderr.split('\n')).toEqual([expect.stringContaining(says), ''])
        expect(stderr.replace(/^[\w-]+ [\d.]+: /, '')).toStartWith(`MEDIA_DIR: ${path} `)
        expect(stderr).toContain('name a')
        expect([code, stdout.match(/uncaught|"level":[56]0/g)]).toEqual([cannotCreate, null])
      })
    }
  })
}

test.if(isRoot)('if the disk of an existing media folder is full, web-srv logs a warning and starts', async () => {
  const path = await mount('size=64k')
  await mkdir(join(path, 'tmp'))
  fill(path)
  const { child, base } = await start('web-srv/src/main.ts', path)
  await until(() => isOk(`${base}/healthz`), 20_000)
  child.kill()
  const lines = (await new Response(child.stdout).text()).split('\n').filter((line) => line.includes('MEDIA_DIR'))
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringContaining('without room') }),
  ])
})

/** The report of `prepareFolder` for this folder in a process of user `nobody`. */
async function asNobody(path: string): Promise<string> {
  const code = `
    const { prepareFolder } = await import('${root}/web-srv/src/media/store/media-folder.ts')
    process.setgid(${nobody})
    process.setuid(${nobody})
    console.log(await prepareFolder('${path}', console.log).then(() => 'good', (error) => error.exitCode + ' ' + error.message))`
  const child = Bun.spawn([process.execPath, '-e', code], { cwd: root, stdout: 'pipe', stderr: 'inherit' })
  return (await new Response(child.stdout).text()).trim()
}

test.if(isRoot)(
  'if the folder or a folder in it belongs to another user, the error names it and the remedy',
  async () => {
    const ofRoot = join(folder, 'of-root')
    await mkdir(ofRoot)
    const message = `${cannotCreate} MEDIA_DIR: ${ofRoot} cannot be written by user ${nobody}: make it that user's with chown -R ${nobody}, or name another folder`
    await chmod(folder, 0o755)
    expect(await asNobody(ofRoot)).toBe(message)
    await chown(ofRoot, nobody, nobody)
    expect(await asNobody(ofRoot)).toBe('good')
    await mkdir(join(ofRoot, 'a7'))
    expect(await asNobody(ofRoot)).toBe(message)
    await chown(join(ofRoot, 'a7'), nobody, nobody)
    // Every ext4 file system has this folder, owned by root.
    await mkdir(join(ofRoot, 'lost+found'), 0o700)
    expect(await asNobody(ofRoot)).toBe('good')
    expect(await readdir(join(ofRoot, 'tmp'))).toEqual([])
  },
)
