import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const { check } = (await Bun.file(join(root, 'package.json')).json()).scripts
/** The folders that `bun run check` compares proto/ with. */
const baselines = [...String(check).matchAll(/buf breaking --against (\S+)/g)].map(([, folder]) => folder!)

let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'douyin-contract-'))
})
afterAll(() => rm(copy, { recursive: true, force: true }))

/** Runs buf with a changed user.proto. Returns its output, which is empty if buf accepts the change. */
async function outputFor(name: string, against: string, change: (proto: string) => string): Promise<string> {
  const folder = join(copy, name)
  for (const path of ['buf.yaml', 'proto']) await cp(join(root, path), join(folder, path), { recursive: true })
  const proto = await Bun.file(join(root, 'proto/user.proto')).text()
  const changed = change(proto)
  expect(changed).not.toBe(proto)
  await Bun.write(join(folder, 'proto/user.proto'), changed)
  const command = [join(root, 'node_modules/.bin/buf'), 'breaking', '--against', join(root, against)]
  const child = Bun.spawn(command, { cwd: folder, stdout: 'pipe', stderr: 'pipe' })
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return (await child.exited) === 0 ? '' : output + errors
}

const replaced = (from: string, to: string) => (proto: string) => proto.replace(from, to)

test('the contract is compared with the files of the seed and with the last release', () => {
  expect(baselines).toEqual(['test/seed', 'test/baseline'])
})

describe.each(baselines)('against %s', (against) => {
  test.each([
    ['a removed field', replaced('int32 toUserId = 2;', ''), 'field "2"'],
    ['a renumbered field', replaced('int32 toUserId = 2;', 'int32 toUserId = 22;'), 'field "2"'],
    ['a field of another type', replaced('int32 toUserId = 2;', 'int64 toUserId = 2;'), 'changed type'],
    ['a renamed field', replaced('int32 toUserId = 2;', 'int32 to_user_id = 2;'), 'changed name'],
    ['a renamed RPC', replaced('rpc CheckPassWord(', 'rpc CheckPassword('), 'CheckPassWord'],
    ['a removed message', (proto: string) => proto.replaceAll('favInfo', 'FavInfo'), 'favInfo'],
  ])('%s is refused', async (name, change, complaint) => {
    expect(await outputFor(`${name} ${against.replace('/', '-')}`, against, change)).toContain(complaint)
  })

  test('a new field, message and RPC are accepted', async () => {
    const added = (proto: string) =>
      `${replaced('int32 toUserId = 2;', 'int32 toUserId = 2;\n  string note = 99;')(proto)}
message Added { int32 id = 1; }
service More { rpc Add (Added) returns (Added); }
`.replace('service User{', 'service User{\n  rpc Add (Added) returns (Added);')
    expect(await outputFor(`added ${against.replace('/', '-')}`, against, added)).toBe('')
  })
})
