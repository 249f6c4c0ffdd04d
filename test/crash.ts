// bun test/crash.ts [--seconds 60] [--kills 10] [--seed 1]
// Kills the services and the database repeatedly under load, then checks that every acknowledged write is there.
import { parseArgs } from 'node:util'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { api, ok } from './api.ts'
import { type Finding, findings } from './crash-audit.ts'
import { startMixedLoad } from './mixed-load.ts'
import { type OwnServer, ownServer } from './own-server.ts'
import { type Random, seededRandom } from './seeded-random.ts'
import { type Stack, startStack } from './stack.ts'

export interface Crash {
  seed: number
  kills: Kill[]
  findings: Finding[]
  acknowledged: Record<string, number>
  refused: number
}

interface Kill {
  victim: (typeof victims)[number]
  atS: number
  /** The signal that ended the process, as its parent saw it. */
  signal: string
  /** The log line about crash recovery, if the victim is the database. */
  recovery: string
  /** The time from the kill until all services were ready again. */
  awayMs: number
}

const victims = ['user-srv', 'feed-srv', 'database', 'web-srv'] as const
const settleMs = 5000
const clients = 16

export async function crash(options: { seconds: number; kills: number; seed: number }): Promise<Crash> {
  const random = seededRandom(options.seed)
  const folder = await makeFolder()
  const server = await ownServer()
  const stack = await startStack({ databases: server.databases, env: { LOG_LEVEL: 'silent' } })
  try {
    const http = api(stack.base)
    const film = await Bun.file(await clip(folder, 'front.mp4')).bytes()
    const author = await http.register('author of the hot video')
    ok(await http.publish(author, 'the hot video', new Blob([film])))
    const load = await startMixedLoad({ http, film, random, clients })
    const kills = await killInTurn(stack, server, random, options)
    const settled = Bun.sleep(settleMs)
    const { ledger } = load
    await load.stop()
    await settled
    const all = [...(await findings(stack, ledger)), runDoctor(stack)]
    return { seed: options.seed, kills, findings: all, acknowledged: ledger.counts(), refused: ledger.refused }
  } finally {
    await stack.stop()
    await server.stop()
    await removeFolder(folder)
  }
}

/** The product's own audit of rows, files, counts and checksums. It may find, and delete, files of killed uploads. */
function runDoctor({ userDatabase, feedDatabase, mediaDir }: Stack): Finding {
  const env = {
    PATH: process.env.PATH,
    USER_DATABASE_URL: userDatabase.url,
    FEED_DATABASE_URL: feedDatabase.url,
    MEDIA_DIR: mediaDir,
  }
  const run = (...args: string[]) => {
    const command = [process.execPath, 'one-box/commands.ts', 'doctor', '--grace', '0', ...args]
    return Bun.spawnSync(command, { cwd: `${import.meta.dir}/..`, env })
  }
  const before = run().stdout.toString()
  run('--fix')
  const { exitCode, stdout } = run()
  const lines = [...before.matchAll(/^WRONG (?!files of no row).*$/gm)].map(([line]) => line)
  return { what: 'what doctor looks at', checked: 15, wrong: exitCode === 0 ? lines : [...lines, stdout.toString()] }
}

async function killInTurn(
  stack: Stack,
  server: OwnServer,
  random: Random,
  { seconds, kills }: { seconds: number; kills: number },
): Promise<Kill[]> {
  const startMs = performance.now()
  const slotMs = (seconds * 1000) / kills
  const done: Kill[] = []
  for (let i = 0; i < kills; i++) {
    const at = i * slotMs + random() * slotMs
    await Bun.sleep(Math.max(200, startMs + at - performance.now()))
    const victim = victims[i % victims.length]!
    const child = victim === 'database' ? server.process() : stack.processes[victim]
    const killedMs = performance.now()
    child.kill('SIGKILL')
    await child.exited
    await Bun.sleep(random() * 500)
    const log = victim === 'database' ? await server.restart() : ''
    if (victim === 'database') await stack.ready()
    else await stack.start(victim)
    const recovery = /^.*crash recovery.*$/im.exec(log)?.[0] ?? ''
    const awayMs = Math.round(performance.now() - killedMs)
    done.push({ victim, atS: (killedMs - startMs) / 1000, signal: String(child.signalCode), recovery, awayMs })
  }
  return done
}

/** The kills without proof: another signal, or a database that did not log a crash recovery. */
export const unproven = ({ kills }: Crash) =>
  kills.filter(({ victim, signal, recovery }) => signal !== 'SIGKILL' || (victim === 'database' && !recovery))

export function printResult(result: Crash): void {
  console.log(`seed ${result.seed}; ${result.refused} requests were refused or got no answer`)
  console.table(
    result.kills.map((kill) => ({ ...kill, atS: kill.atS.toFixed(1), recovery: kill.recovery.slice(0, 90) })),
  )
  console.table(Object.entries(result.acknowledged).map(([what, count]) => ({ what, acknowledged: count })))
  console.table(result.findings.map(({ what, checked, wrong }) => ({ what, checked, wrong: wrong.length })))
  for (const { what, wrong } of result.findings) if (wrong.length > 0) console.log(what, wrong.slice(0, 5))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
  })
  const { seconds, kills, seed } = values
  const result = await crash({ seconds: Number(seconds), kills: Number(kills), seed: Number(seed) })
  printResult(result)
  const isProven = result.kills.length === Number(kills) && unproven(result).length === 0
  process.exit(isProven && result.findings.every(({ wrong }) => wrong.length === 0) ? 0 : 1)
}
