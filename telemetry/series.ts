// Counters and histograms that cost no more than adding a number, since every request and every call updates some. A
// library looks up the number each time by the names and values of its labels. The output is Prometheus text 0.0.4.

interface SeriesOptions {
  name: string
  help: string
  /** The values of labels are ours, never user input, so they are not escaped. */
  labelNames: string[]
}

const writers: (() => string)[] = []

/** All series of this process as text. */
export const seriesText = () => writers.map((write) => `${write()}\n`).join('')

export interface Counter {
  count: number
}

/** Counters, by the values of their labels. */
export function counters(options: SeriesOptions): (...values: string[]) => Counter {
  const rows = new Map<string, Counter>()
  writers.push(() =>
    text(
      options,
      'counter',
      [...rows].map(([labels, { count }]) => `${options.name}{${labels}} ${count}\n`),
    ),
  )
  return (...values) => seriesOf(rows, labelsOf(options, values), () => ({ count: 0 }))
}

/** Counts how many values are up to each bound. */
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

export function histograms(options: SeriesOptions, bounds: readonly number[]): (...values: string[]) => Histogram {
  const rows = new Map<string, Histogram>()
  writers.push(() =>
    text(
      options,
      'histogram',
      [...rows].flatMap(([labels, histogram]) => histogram.lines(options.name, labels)),
    ),
  )
  return (...values) => seriesOf(rows, labelsOf(options, values), () => new Histogram(bounds))
}

const text = ({ name, help }: SeriesOptions, type: string, lines: string[]) =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`

const labelsOf = ({ labelNames }: SeriesOptions, values: string[]) =>
  labelNames.map((label, i) => `${label}="${values[i]}"`).join(',')

function seriesOf<Row>(rows: Map<string, Row>, labels: string, make: () => Row): Row {
  const existing = rows.get(labels)
  if (existing) return existing
  const row = make()
  rows.set(labels, row)
  return row
}
