// The minimal cost of a synced write: `insert.ts URL CONNECTIONS SECONDS FIRST` inserts single rows into bench_like,
// one at a time on each connection, and prints the result as JSON. FIRST is the number of the first row.
import { createConnection } from 'mysql2/promise'
import { seenOf } from '../seen.ts'

const [url = '', connections, seconds, first] = process.argv.slice(2)
const socketPath = new URL(url).searchParams.get('socketPath') ?? undefined
const { hostname, port, username, pathname } = new URL(url)
const server = socketPath ? { socketPath } : { host: hostname, port: Number(port) }
const open = () => createConnection({ ...server, user: username || 'root', database: pathname.slice(1) })
const clients = await Promise.all(Array.from({ length: Number(connections) }, open))
let next = Number(first)
const latenciesMs: number[] = []
const startMs = performance.now()
const endMs = startMs + Number(seconds) * 1000
await Promise.all(
  clients.map(async (client) => {
    while (performance.now() < endMs) {
      const requestMs = performance.now()
      const n = next++
      await client.execute('insert ignore into bench_like (user_id, video_id, create_time) values (?, ?, ?)', [
        n % 1000,
        n,
        Date.now(),
      ])
      latenciesMs.push(performance.now() - requestMs)
    }
  }),
)
console.log(JSON.stringify(seenOf(latenciesMs, startMs)))
process.exit(0)
