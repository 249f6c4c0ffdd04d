import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bars } from './bars.ts'
import { type Figures, median } from './leg.ts'

/** The result of one scenario with one number of connections. */
export interface Row {
  name: string
  what: string
  against: string
  goal: number
  connections: number
  /** Ours divided by the baseline, the median of all pairs. */
  ratio: number
  runs: { ours: Figures; baseline: Figures }[]
  beside: { name: string; figures: Figures }[]
}

export interface Results {
  machine: Record<string, string>
  scale: object
  seconds: number
  pairs: number
  warmSeconds: number
  rows: Row[]
}

/** Writes a table, the raw figures and a chart, and prints the table. */
export async function writeResults(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true })
  const markdown = table(results)
  await Bun.write(join(folder, 'results.md'), markdown)
  await Bun.write(join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
  await Bun.write(join(folder, 'results.svg'), bars(results.rows))
  console.log(`\n${markdown}`)
}

function table({ machine, scale, seconds, pairs, warmSeconds, rows }: Results): string {
  const about = [...Object.entries(machine), ...Object.entries(scale)].map(([key, value]) => `${key} ${value}`)
  const head = [
    `${about.join(' · ')} · ${pairs} pairs of ${seconds} s after ${warmSeconds} s`,
    '',
    '| scenario | connections | ours/s | baseline/s | ratio | goal | p50 ms | p95 | p99 | max | errors | CPU µs per request | peak MiB |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- | --- |',
  ]
  return `${[...head, ...rows.map(line)].join('\n')}\n`
}

function line({ what, against, goal, connections, ratio, runs, beside }: Row): string {
  const ours = (select: (figures: Figures) => number) => median(runs.map((pair) => select(pair.ours)))
  const rounded = (value: number) => value.toFixed(value < 10 ? 2 : 0)
  const byProcess = (select: (figures: Figures) => Record<string, number>) =>
    Object.keys(select(runs[0]!.ours)).map(
      (name) => `${name} ${rounded(ours((figures) => select(figures)[name] ?? 0))}`,
    )
  const cells = [
    `${what} / ${against}${beside.map(({ name, figures }) => ` (${name}: ${rounded(figures.perSecond)}/s)`).join('')}`,
    connections,
    rounded(ours((figures) => figures.perSecond)),
    rounded(median(runs.map((pair) => pair.baseline.perSecond))),
    `**${ratio.toFixed(2)}**`,
    goal,
    rounded(ours((figures) => figures.p50)),
    rounded(ours((figures) => figures.p95)),
    rounded(ours((figures) => figures.p99)),
    rounded(ours((figures) => figures.max)),
    runs.reduce((sum, pair) => sum + pair.ours.status + pair.ours.broken, 0),
    byProcess((figures) => figures.cpuUs).join(', '),
    byProcess((figures) => figures.peakMb).join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}
