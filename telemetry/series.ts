// Counters and histograms that cost as much as adding a number, since every request and every call raises some: a library's
// find their numbers anew each time, by the names and values of their labels. Written in Prometheus's text format 0.0.4.

interface SeriesOptions {
  name: string
  help: string
  /** Values are ours, never what somebody wrote, so nothing in them is escaped. */
  labelNames: string[]
}

const written: (() => string)[] = []

/** All series of this process as text. */
export const seriesText = () => written.map((write) => `${write()}\n`).join('')

export interface Count {
  count: number
}

/** Numbers that only grow, by their labels' values. */
export function counters(told: SeriesOptions): (...values: string[]) => Count {
  const rows = new Map<string, Count>()
  written.push(() =>
    text(
      told,
      'counter',
      [...rows].map(([labels, { count }]) => `${told.name}{${labels}} ${count}\n`),
    ),
  )
  return (...values) => rowOf(rows, labelsOf(told, values), () => ({ count: 0 }))
}

/** How values are spread: how many are up to each bound. */
export class Histogram {
  private readonly bounds: readonly number[]
  private readonly counts: number[]
  private count = 0
  private sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = bounds.map(() => 0)
  }

  add(value: number): void {
    const { bounds, counts } = this
    let i = 0
    while (i < bounds.length && value > bounds[i]!) i++
    if (i < bounds.length) counts[i]!++
    this.count++
    this.sum += value
  }

  lines(name: string, labels: string): string[] {
    let upTo = 0
    const buckets = this.bounds.map((bound, i) => {
      upTo += this.counts[i]!
      return `${name}_bucket{le="${bound}",${labels}} ${upTo}\n`
    })
    const all = `${name}_bucket{le="+Inf",${labels}} ${this.count}\n`
    return [...buckets, all, `${name}_sum{${labels}} ${this.sum}\n`, `${name}_count{${labels}} ${this.count}\n`]
  }
}

export function histograms(told: SeriesOptions, bounds: readonly number[]): (...values: string[]) => Histogram {
  const rows = new Map<string, Histogram>()
  written.push(() =>
    text(
      told,
      'histogram',
      [...rows].flatMap(([labels, spread]) => spread.lines(told.name, labels)),
    ),
  )
  return (...values) => rowOf(rows, labelsOf(told, values), () => new Histogram(bounds))
}

const text = ({ name, help }: SeriesOptions, type: string, lines: string[]) =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`

const labelsOf = ({ labelNames }: SeriesOptions, values: string[]) =>
  labelNames.map((label, i) => `${label}="${values[i]}"`).join(',')

function rowOf<Row>(rows: Map<string, Row>, labels: string, make: () => Row): Row {
  const known = rows.get(labels)
  if (known) return known
  const row = make()
  rows.set(labels, row)
  return row
}
