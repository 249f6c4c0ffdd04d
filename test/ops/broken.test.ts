import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { success } from '../http/answers.ts'
import { password, requests } from '../http/client.ts'
import { startOneBox } from '../one-box.ts'
import { until } from '../stack.ts'
import { type EmptyMachine, emptyMachine } from './empty-machine.ts'

const fixture = join(import.meta.dir, 'fixtures/two-databases')
const video = 'media/03/51/0351fc3603082aa3606f372286a459ce0311c92baf7c50b1dcc60ddb7fdeaa81.mp4'

let folder: string
let machine: EmptyMachine
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-broken-'))
})
afterEach(() => machine?.remove())
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A copy of the backup with a change. */
async function changedCopy(change: (folder: string) => Promise<unknown>): Promise<string> {
  const copy = await mkdtemp(join(folder, 'copy-'))
  await cp(fixture, copy, { recursive: true })
  await change(copy)
  return copy
}

const oneLine = (text: string) => expect.stringMatching(new RegExp(`^[^\\n]*${text}[^\\n]*\\n$`))

/** Adds a migration to a copied backup, as a later version would have. */
async function addTag(copy: string, tag: string): Promise<void> {
  const file = join(copy, 'user/user_migration.jsonl')
  const manifest = await Bun.file(join(copy, 'manifest.json')).json()
  const journal = manifest.user.find(({ name }: { name: string }) => name === 'user_migration')
  const before = journal.sha256
  await appendFile(file, `["${tag}",1]\n`)
  const after = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  const text = await Bun.file(join(copy, 'manifest.json')).text()
  await writeFile(join(copy, 'manifest.json'), text.replaceAll(before, after))
}

describe('restore', () => {
  test.each<[string, (copy: string) => Promise<unknown>, string]>([
    ['without a manifest', (copy) => rm(join(copy, 'manifest.json')), 'no backup'],
    ['of half a manifest', (copy) => truncate(join(copy, 'manifest.json'), 500), 'is damaged'],
    ['of an empty manifest', (copy) => truncate(join(copy, 'manifest.json'), 0), 'is damaged'],
    [
      'of a format to come',
      async (copy) => {
        const text = await Bun.file(join(copy, 'manifest.json')).text()
        await writeFile(join(copy, 'manifest.json'), text.replace('"format": 1', '"format": 3'))
      },
      'later version',
    ],
    ['of a later version', (copy) => addTag(copy, '9999_later'), 'of a later version, .* user-srv has 9999_later'],
    ['that lacks a table', (copy) => rm(join(copy, 'feed/comment.jsonl')), 'the backup of comment is damaged'],
    [
      'with half a table',
      (copy) => truncate(join(copy, 'feed/comment.jsonl'), 100),
      'the backup of comment is damaged',
    ],
    [
      'with a line too many',
      (copy) => appendFile(join(copy, 'user/follow.jsonl'), '[1,5,1]\n'),
      'the backup of follow is damaged',
    ],
  ])('of a backup %s reports it in one sentence and changes nothing', async (_what, change, sentence) => {
    machine = await emptyMachine('two databases')
    const { code, output } = await machine.ops('restore', await changedCopy(change))
    expect([code, output]).toEqual([1, oneLine(sentence)])
    expect(await Promise.all(machine.databases.map((one) => one.query('show tables')))).toEqual([[], []])
    expect(await readdir(machine.mediaDir)).toEqual([])
  })

  test('skips a damaged file, names it, and restores everything else', async () => {
    machine = await emptyMachine('two databases')
    const backup = await changedCopy((copy) => appendFile(join(copy, video), 'more'))
    const { code, output } = await machine.ops('restore', backup)
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/0351\w+.mp4 has other bytes in the backup, and was left out/),
    ])
    expect(await machine.databases[0].query('select count(*) as n from user')).toEqual([{ n: 5 }])
    expect((await machine.ops('doctor')).output).toContain('is missing')
    const whole = await machine.ops('restore', fixture)
    expect([whole.code, whole.output]).toEqual([1, oneLine('is not empty')])
  }, 30_000)

  test('works if the services have already created their tables, without rows', async () => {
    machine = await emptyMachine('one database')
    expect((await machine.ops('migrate')).code).toBe(0)
    expect((await machine.ops('restore', fixture)).code).toBe(0)
    expect((await machine.ops('doctor')).code).toBe(0)
  }, 30_000)

  test('that was killed keeps the services from starting, and can be run again', async () => {
    machine = await emptyMachine('two databases')
    const [user] = machine.databases
    const child = machine.start('restore', fixture)
    const isHalfDone = () =>
      user.query('select 1 from follow limit 1').then(
        (rows) => rows.length > 0,
        () => false,
      )
    await until(isHalfDone, 30_000)
    child.kill('SIGKILL')
    expect([await child.exited, child.signalCode]).toEqual([137, 'SIGKILL'])
    for (const word of ['serve', 'migrate', 'doctor', 'backup']) {
      const args = word === 'backup' ? [join(folder, 'none')] : []
      const { code, output } = await machine.ops(word, ...args)
      expect([word, code, output]).toEqual([word, 75, oneLine('are being restored, or a restore was broken off')])
    }
    expect((await machine.ops('restore', fixture)).code).toBe(0)
    expect((await machine.ops('doctor')).code).toBe(0)
    expect(await user.query('select count(*) as n from user')).toEqual([{ n: 5 }])
  }, 60_000)

  test('rejects tables of a later version, though they are empty', async () => {
    machine = await emptyMachine('two databases')
    expect((await machine.ops('migrate')).code).toBe(0)
    await machine.databases[1].query("insert into feed_migration values ('9999_later', 1)")
    expect(await machine.ops('restore', fixture)).toEqual({ code: 65, output: oneLine('have 9999_later') })
  })

  // The test needs a second file system: /dev/shm, which Linux has.
  test.skipIf(!existsSync('/dev/shm'))(
    'and backup work with a media folder on another disk than the backup',
    async () => {
      machine = await emptyMachine('two databases')
      const mediaDir = await mkdtemp('/dev/shm/douyin-media-')
      const disks = await Promise.all([mediaDir, fixture].map(async (path) => (await stat(path)).dev))
      expect(disks[0]).not.toBe(disks[1])
      expect((await machine.opsWith({ MEDIA_DIR: mediaDir }, 'restore', fixture)).code).toBe(0)
      expect((await machine.opsWith({ MEDIA_DIR: mediaDir }, 'backup', join(folder, 'other-disk'))).code).toBe(0)
      expect(await stat(join(folder, 'other-disk', video))).toMatchObject({ size: 3586 })
      await rm(mediaDir, { recursive: true })
    },
    30_000,
  )
})

describe('backup', () => {
  test('into a folder that cannot be created reports it', async () => {
    machine = await restoredMachine()
    await writeFile(join(folder, 'file'), '')
    const { code, output } = await machine.ops('backup', join(folder, 'file/below'))
    expect([code, output]).toEqual([1, oneLine('file/below cannot be written to: ENOTDIR')])
  }, 30_000)

  test('of databases without tables, or of a later version, reports it and writes nothing', async () => {
    machine = await emptyMachine('two databases')
    const target = join(folder, 'nothing')
    expect(await machine.ops('backup', target)).toEqual({ code: 78, output: oneLine('the database has no tables of') })
    expect((await machine.ops('migrate')).code).toBe(0)
    await machine.databases[0].query("insert into user_migration values ('9999_later', 1)")
    expect(await machine.ops('backup', target)).toEqual({ code: 65, output: oneLine('have 9999_later') })
    expect(await stat(target).catch(({ code }) => code)).toBe('ENOENT')
  })

  test('that was killed leaves the previous backup intact, and the next one removes its remains', async () => {
    machine = await restoredMachine()
    const [user, feed] = machine.databases
    const target = join(folder, 'killed')
    expect((await machine.ops('backup', target)).code).toBe(0)
    await whileLocked(user, 'message', async () => {
      const child = machine.start('backup', target)
      await untilWaiting(feed)
      child.kill('SIGKILL')
      await child.exited
    })
    const rowFolders = async () => (await readdir(target)).filter((name) => name.startsWith('rows-'))
    expect(await rowFolders()).toHaveLength(2)
    const original = machine
    machine = await emptyMachine('two databases')
    expect((await machine.ops('restore', target)).code).toBe(0)
    await machine.remove()
    machine = original
    expect((await machine.ops('backup', target)).code).toBe(0)
    expect(await rowFolders()).toHaveLength(1)
  }, 60_000)

  test('never overwrites a good file with a damaged one', async () => {
    machine = await restoredMachine()
    const target = join(folder, 'good')
    expect((await machine.ops('backup', target)).code).toBe(0)
    await appendFile(join(machine.mediaDir, video.replace('media/', '')), 'damage')
    const { code, output } = await machine.ops('backup', target)
    expect([code, output]).toEqual([1, expect.stringMatching(/a row names 0351\w+.mp4, which has other bytes/)])
    expect(await stat(join(target, video))).toMatchObject({ size: 3586 })
  }, 30_000)

  test('is restored without rows of a user who registered between the dumps of the two databases, whose id may be reused', async () => {
    machine = await restoredMachine()
    const { databases, mediaDir } = machine
    const box = await startOneBox({ databases, env: { MEDIA_DIR: mediaDir } })
    const target = join(folder, 'between')
    const api = requests(box.base)
    const signIn = async (how: string, username: string) =>
      success(await api.post(`/user/${how}/`, { username, password }))
    const { video_list } = success(await api.get('/feed/'))
    const backup = await whileLocked(databases[0], 'conversation', async () => {
      const backup = machine.ops('backup', target)
      await untilWaiting(databases[1])
      const { token } = await signIn('register', 'late')
      const comment = { token, video_id: video_list[0]!.id, action_type: 1, comment_text: 'late' }
      success(await api.post('/comment/action/', comment))
      return { done: backup }
    })
    expect((await backup.done).code).toBe(0)
    await box.stop()
    const original = machine
    machine = await emptyMachine('two databases')
    const { code, output } = await machine.ops('restore', target)
    expect([code, output]).toEqual([0, expect.stringContaining('WRONG comments by unknown users: 1')])
    expect(await machine.databases[1].query("select text from comment where text = 'late'")).toEqual([])
    const counted = 'select comment_count as n from video where id = 1'
    expect((await machine.databases[1].query(counted)).map(({ n }) => Number(n))).toEqual([4])
    await original.remove()
  }, 60_000)
})

async function restoredMachine(): Promise<EmptyMachine> {
  const machine = await emptyMachine('two databases')
  expect((await machine.ops('restore', fixture)).code).toBe(0)
  return machine
}

type Database = EmptyMachine['databases'][0]

/** Runs `work` while no other connection can read this table. */
async function whileLocked<T>(locked: Database, table: string, work: () => Promise<T>): Promise<T> {
  await locked.query('lock tables ?? write', [table])
  try {
    return await work()
  } finally {
    await locked.query('unlock tables')
  }
}

/** Resolves when a connection waits for a locked table. */
const untilWaiting = (other: Database) =>
  until(async () => {
    const waiting = 'select 1 from information_schema.processlist where state like "Waiting for table%"'
    return (await other.query(waiting)).length > 0
  }, 20_000)
