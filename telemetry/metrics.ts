import { collectDefaultMetrics, Gauge, register } from 'prom-client'
import { type Count, counters, histograms, seriesText } from './series.ts'

const seconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** All that is counted and measured, with the names that dashboards and alerts use. */
const requests = counters({
  name: 'douyin_http_requests_total',
  help: 'HTTP requests, by route, method, HTTP status and status_code of the envelope',
  labelNames: ['route', 'method', 'status', 'code'],
})
const requestSeconds = histograms(
  {
    name: 'douyin_http_request_seconds',
    help: 'From the head of a request to the head of its answer',
    labelNames: ['route'],
  },
  seconds,
)
const calls = counters({
  name: 'douyin_rpc_requests_total',
  help: 'Calls that a service answered, by RPC and gRPC status',
  labelNames: ['service', 'method', 'code'],
})
const callSeconds = histograms(
  {
    name: 'douyin_rpc_request_seconds',
    help: 'How long a service took for a call',
    labelNames: ['service', 'method'],
  },
  seconds,
)
const cacheLookups = counters({
  name: 'douyin_cache_questions_total',
  help: 'Questions to what is kept in memory, and whether the answer was there',
  labelNames: ['cache', 'hit'],
})

/** Counts the requests of a route with their HTTP status, the status_code of the envelope and the seconds they took. */
export function requestMeter(route: string, method: string) {
  const ended = new Map<number, Count>()
  const took = requestSeconds(route)
  return (status: number, code: number, tookSeconds: number): void => {
    took.add(tookSeconds)
    const key = status * mostCodes + code
    let of = ended.get(key)
    if (!of) {
      of = requests(route, method, String(status), String(code))
      ended.set(key, of)
    }
    of.count++
  }
}

/** More than there are of status_code. */
const mostCodes = 1000

/** Counts the calls of a method with how they ended and the seconds they took. */
export function callMeter(service: string, method: string) {
  const ended = new Map<string, Count>()
  const took = callSeconds(service, method)
  return (code: string, tookSeconds: number): void => {
    took.add(tookSeconds)
    let of = ended.get(code)
    if (!of) {
      of = calls(service, method, code)
      ended.set(code, of)
    }
    of.count++
  }
}

/** Counts the questions to something that is kept. */
export function cacheMeter(cache: string) {
  const [hits, misses] = [cacheLookups(cache, 'true'), cacheLookups(cache, 'false')]
  return (isHit: boolean): void => {
    const of = isHit ? hits : misses
    of.count++
  }
}

const gauges = {
  douyin_db_connections: 'Connections to the database, by state: open, free, or waited for',
  douyin_queue_running: 'Pieces of costly work under way',
  douyin_queue_waiting: 'Pieces of costly work that wait for their turn',
  douyin_fold_lag_seconds: 'How long ago counts were last brought up to date',
  douyin_sockets_open: 'Open sockets of people who chat',
}

interface Watched {
  labels: Record<string, string>
  read: () => number
}

const watched = new Map<string, Set<Watched>>()

for (const [name, help] of Object.entries(gauges)) {
  const all = new Set<Watched>()
  watched.set(name, all)
  new Gauge({
    name,
    help,
    labelNames: ['of', 'state'],
    collect() {
      this.reset()
      for (const { labels, read } of all) this.inc(labels, read())
    },
  })
}

/** Looks at a number whenever somebody asks for the metrics, until the function it gives is called. */
export function observeGauge(
  name: keyof typeof gauges,
  labels: Record<string, string>,
  read: () => number,
): () => void {
  const one = { labels, read }
  watched.get(name)?.add(one)
  return () => void watched.get(name)?.delete(one)
}

/** The text that Prometheus reads, with what the process says of itself. */
export async function metricsText(): Promise<{ text: string; type: string }> {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics()
  return { text: `${await register.metrics()}${seriesText()}`, type: register.contentType }
}
