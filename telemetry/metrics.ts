import { collectDefaultMetrics, Gauge, register } from 'prom-client'
import { type Counter, counters, histograms, seriesText } from './series.ts'

const seconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** All counters and histograms, with the names that dashboards and alerts use. */
const requests = counters({
  name: 'douyin_http_requests_total',
  help: 'HTTP requests, by route, method, HTTP status and status_code of the envelope',
  labelNames: ['route', 'method', 'status', 'code'],
})
const requestSeconds = histograms(
  {
    name: 'douyin_http_request_seconds',
    help: 'From the head of a request to the head of its response',
    labelNames: ['route'],
  },
  seconds,
)
const calls = counters({
  name: 'douyin_rpc_requests_total',
  help: 'Calls that a service handled, by RPC and gRPC status',
  labelNames: ['service', 'method', 'code'],
})
const callSeconds = histograms(
  {
    name: 'douyin_rpc_request_seconds',
    help: 'How long a service took to handle a call',
    labelNames: ['service', 'method'],
  },
  seconds,
)
const cacheLookups = counters({
  name: 'douyin_cache_lookups_total',
  help: 'Lookups in a cache, and whether the entry was there',
  labelNames: ['cache', 'hit'],
})

/** Counts the requests of a route with their HTTP status, the status_code of the envelope and the seconds they took. */
export function requestMeter(route: string, method: string) {
  const counts = new Map<number, Counter>()
  const durations = requestSeconds(route)
  return (status: number, code: number, tookSeconds: number): void => {
    durations.add(tookSeconds)
    const key = status * codeRange + code
    let counter = counts.get(key)
    if (!counter) {
      counter = requests(route, method, String(status), String(code))
      counts.set(key, counter)
    }
    counter.count++
  }
}

/** Greater than any status_code. */
const codeRange = 1000

/** Counts the calls of a method with their gRPC status and the seconds they took. */
export function callMeter(service: string, method: string) {
  const counts = new Map<string, Counter>()
  const durations = callSeconds(service, method)
  return (code: string, tookSeconds: number): void => {
    durations.add(tookSeconds)
    let counter = counts.get(code)
    if (!counter) {
      counter = calls(service, method, code)
      counts.set(code, counter)
    }
    counter.count++
  }
}

/** Counts the lookups in a cache, and the hits among them. */
export function cacheMeter(cache: string) {
  const [hits, misses] = [cacheLookups(cache, 'true'), cacheLookups(cache, 'false')]
  return (isHit: boolean): void => {
    const counter = isHit ? hits : misses
    counter.count++
  }
}

const gauges = {
  douyin_db_connections: 'Connections to the database, by state: open, free, or waited for',
  douyin_queue_running: 'Items of costly work in progress',
  douyin_queue_waiting: 'Items of costly work that wait in a queue',
  douyin_background_loop_lag_seconds: 'Seconds since the last successful round of a background loop',
  douyin_sockets_open: 'Open chat sockets',
}

interface GaugeSource {
  labels: Record<string, string>
  read: () => number
}

const gaugeSources = new Map<string, Set<GaugeSource>>()

for (const [name, help] of Object.entries(gauges)) {
  const sources = new Set<GaugeSource>()
  gaugeSources.set(name, sources)
  new Gauge({
    name,
    help,
    labelNames: ['of', 'state'],
    collect() {
      this.reset()
      for (const { labels, read } of sources) this.inc(labels, read())
    },
  })
}

/** Reads a number whenever the metrics are requested, until the returned function is called. */
export function observeGauge(
  name: keyof typeof gauges,
  labels: Record<string, string>,
  read: () => number,
): () => void {
  const source = { labels, read }
  gaugeSources.get(name)?.add(source)
  return () => void gaugeSources.get(name)?.delete(source)
}

/** The text that Prometheus reads, including the default metrics of the process. */
export async function metricsText(): Promise<{ text: string; type: string }> {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics()
  return { text: `${await register.metrics()}${seriesText()}`, type: register.contentType }
}
