// bun test/security/sqlmap.ts [--seconds 120] [PART OF A PATH...]
// Runs sqlmap, a Debian package, over every parameter of every endpoint of a stack, with a time limit per endpoint.
// As a control it runs first over an endpoint with a SQL injection. Exits with 0 if only that one is found.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stopServer } from '../mysql.ts'
import { startStack } from '../stack.ts'
import { openSqlmapProxy } from './sqlmap-proxy.ts'
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
const proxy = await openSqlmapProxy(stack)
const tried: Record<string, Tried> = {}
try {
  const selected = (await targets(stack.base)).filter(
    ({ path }) => positionals.length === 0 || positionals.some((part) => path.includes(part)),
  )
  for (const target of [proxy.injectable, ...selected]) tried[`${target.method} ${target.path}`] = await attack(target)
} finally {
  console.table(tried)
  proxy.stop()
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
  const url = `${proxy.base}${path}`
  const sent = method === 'POST' ? ['-u', url, '--data', `${query}`] : ['-u', `${url}?${query}`]
  const [startMs, before] = [performance.now(), proxy.requests()]
  const child = Bun.spawn(['sqlmap', ...sent, '-p', names.join(), ...options, `--output-dir=${folder}`], {
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: Number(values.seconds) * 1000,
  })
  const output = await new Response(child.stdout).text()
  await child.exited
  return {
    parameters: names.length,
    requests: proxy.requests() - before,
    seconds: Math.round((performance.now() - startMs) / 1000),
    result: resultOf(output),
  }
}

function resultOf(output: string): Tried['result'] {
  if (/identified the following injection point|is vulnerable/.test(output)) return 'found'
  if (output.includes('all tested parameters do not appear to be injectable')) return 'nothing'
  if (output.includes('testing for SQL injection on')) return 'nothing, when its time was over'
  console.error(output)
  return 'could not begin'
}
