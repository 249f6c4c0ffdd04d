// `bun run bench [SCENARIO...] [--seconds N] [--pairs N] [--warm N] [--scale N]`: see README.md.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, type Figures, measure, median } from './leg.ts'
import { machine } from './machine.ts'
import { stopAll } from './processes.ts'
import { type Row, writeResults } from './results.ts'
import { scenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { installTools } from './tools.ts'
import { makeWorld, type World } from './world.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    pairs: { type: 'string', default: '2' },
    warm: { type: 'string', default: '10' },
    scale: { type: 'string', default: '10000' },
    executables: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dir, 'results') },
  },
})
const wanted = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (wanted.length < Math.max(1, positionals.length)) {
  console.error(`there are ${scenarios.map(({ name }) => name).join(', ')}`)
  process.exit(64)
}
const [seconds, pairs, warmSeconds] = [Number(values.seconds), Number(values.pairs), Number(values.warm)]
const size = Number(values.scale)
const scale = { users: size, videos: size, likes: 20 * size }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopAll)
await installTools(console.log)
const built = values.executables ?? (await build())
const world = await makeWorld(scale, built)
const rows: Row[] = []
try {
  for (const scenario of wanted) rows.push(...(await run(scenario, world)))
} finally {
  await world.stop()
  if (!values.executables) await rm(built, { recursive: true, force: true })
  // What was measured before something failed took its time.
  if (rows.length > 0) {
    await writeResults(values.out, { machine: await machine(), scale, seconds, pairs, warmSeconds, rows })
  }
}

async function run(scenario: Scenario, world: World): Promise<Row[]> {
  const { ours, baseline, beside = [], ratio: compared = speeds, close } = await scenario.open(world)
  const found: Row[] = []
  try {
    for (const connections of scenario.connections ?? [64]) {
      const runs = await compare(ours, baseline, { pairs, seconds, warmSeconds }, connections)
      const more = []
      for (const leg of beside) more.push({ name: leg.name, figures: await measure(leg, seconds, connections) })
      const ratio = median(runs.map((pair) => compared(pair.ours, pair.baseline)))
      const { name, what, baseline: against, goal } = scenario
      found.push({ name, what, against, goal, connections, ratio, runs, beside: more })
      console.log(`${name}, ${connections} connections: ${ratio.toFixed(2)} × (goal ${goal})`)
    }
  } finally {
    await close()
  }
  return found
}

function speeds(ours: Figures, baseline: Figures): number {
  return ours.perSecond / baseline.perSecond
}

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-bench-bin-'))
  const script = join(import.meta.dir, '../dev/build.ts')
  await Bun.$`${process.execPath} ${script} --out ${folder} user-srv feed-srv web-srv`.quiet()
  return folder
}
