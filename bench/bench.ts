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
const selected = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (selected.length < Math.max(1, positionals.length)) {
  console.error(`the scenarios are ${scenarios.map(({ name }) => name).join(', ')}`)
  process.exit(64)
}
const [seconds, pairs, warmSeconds] = [Number(values.seconds), Number(values.pairs), Number(values.warm)]
const users = Number(values.scale)
const scale = { users, videos: users, likes: 20 * users }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopAll)
await installTools(console.log)
const executables = values.executables ?? (await build())
const world = await makeWorld(scale, executables)
const rows: Row[] = []
try {
  for (const scenario of selected) rows.push(...(await run(scenario, world)))
} finally {
  await world.stop()
  if (!values.executables) await rm(executables, { recursive: true, force: true })
  // The rows measured before a failure are written too, since they took long.
  if (rows.length > 0) {
    await writeResults(values.out, { machine: await machine(), scale, seconds, pairs, warmSeconds, rows })
  }
}

async function run(scenario: Scenario, world: World): Promise<Row[]> {
  const { ours, baseline, beside = [], ratio: ratioOf = throughputRatio, close } = await scenario.open(world)
  const measured: Row[] = []
  try {
    for (const connections of scenario.connections ?? [64]) {
      const runs = await compare(ours, baseline, { pairs, seconds, warmSeconds }, connections)
      const besideFigures = []
      for (const leg of beside)
        besideFigures.push({ name: leg.name, figures: await measure(leg, seconds, connections) })
      const ratio = median(runs.map((pair) => ratioOf(pair.ours, pair.baseline)))
      const { name, what, baseline: against, goal } = scenario
      measured.push({ name, what, against, goal, connections, ratio, runs, beside: besideFigures })
      console.log(`${name}, ${connections} connections: ${ratio.toFixed(2)} × (goal ${goal})`)
    }
  } finally {
    await close()
  }
  return measured
}

function throughputRatio(ours: Figures, baseline: Figures): number {
  return ours.perSecond / baseline.perSecond
}

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-bench-bin-'))
  const script = join(import.meta.dir, '../dev/build.ts')
  await Bun.$`${process.execPath} ${script} --out ${folder} user-srv feed-srv web-srv one-box`.quiet()
  return folder
}
