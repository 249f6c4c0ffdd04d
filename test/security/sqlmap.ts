// bun test/security/sqlmap.ts [--seconds 120] [PART OF A PATH...]
// sqlmap, Debian's package, over every parameter of every endpoint of a stack of its own; each endpoint has so many seconds.
// First over one that pastes SQL: what finds nothing there shows nothing here. Ends with 0 if that was found and nothing else.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stopServer } from '../mysql.ts'
import { startStack } from '../stack.ts'
import { openDoor } from './sqlmap-door.ts'
import { type Target, targets } from './sqlmap-targets.ts'

interface Tried {
  parameters: number
  requests: number
  seconds: number
  result: 'found' | 'nothing' | 'nothing, when its time was over' | 'could not begin'
}

const options = ['--batch', '--level=3', '--dbms=mysql', '--threads=4', '--disable-coloring', '--flush-session']
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '120' } },
  allowPositionals: true,
})
if (!Bun.which('sqlmap')) {
  console.error('NOTHING WAS TRIED: there is no sqlmap here (Debian: apt-get install sqlmap)')
  process.exit(1)
}
const folder = await mkdtemp(join(tmpdir(), 'douyin-sqlmap-'))
const stack = await startStack({ env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none' } })
const door = await openDoor(stack)
const tried: Record<string, Tried> = {}
try {
  const wanted = (await targets(stack.base)).filter(
    ({ path }) => positionals.length === 0 || positionals.some((part) => path.includes(part)),
  )
  for (const target of [door.pasting, ...wanted]) tried[`${target.method} ${target.path}`] = await attack(target)
} finally {
  console.table(tried)
  door.stop()
  await stack.stop()
  await stopServer()
  await rm(folder, { recursive: true })
}
const [control, ...ours] = Object.values(tried).map(({ result }) => result)
process.exit(control === 'found' && ours.every((result) => result.startsWith('nothing')) ? 0 : 1)

async function attack({ method, path, parameters }: Target): Promise<Tried> {
  const names = Object.keys(parameters)
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
  )
  const url = `${door.base}${path}`
  const sent = method === 'POST' ? ['-u', url, '--data', `${query}`] : ['-u', `${url}?${query}`]
  const [begun, before] = [performance.now(), door.requests()]
  const child = Bun.spawn(['sqlmap', ...sent, '-p', names.join(), ...options, `--output-dir=${folder}`], {
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: Number(values.seconds) * 1000,
  })
  const said = await new Response(child.stdout).text()
  await child.exited
  return {
    parameters: names.length,
    requests: door.requests() - before,
    seconds: Math.round((performance.now() - begun) / 1000),
    result: resultOf(said),
  }
}

function resultOf(said: string): Tried['result'] {
  if (/identified the following injection point|is vulnerable/.test(said)) return 'found'
  if (said.includes('all tested parameters do not appear to be injectable')) return 'nothing'
  if (said.includes('testing for SQL injection on')) return 'nothing, when its time was over'
  console.error(said)
  return 'could not begin'
}
