// What a synced write costs at the least: `insert.ts URL CONNECTIONS SECONDS FIRST` inserts single rows into bench_like,
// each connection one after the other, and prints what it saw as JSON.
import { createConnection } from 'mysql2/promise'
import { seenOf } from '../seen.ts'

const [url = '', connections, seconds, first] = process.argv.slice(2)
const socketPath = new URL(url).searchParams.get('socketPath') ?? undefined
const { hostname, port, username, pathname } = new URL(url)
const reach = socketPath ? { socketPath } : { host: hostname, port: Number(port) }
const open = () => createConnection({ ...reach, user: username || 'root', database: pathname.slice(1) })
const clients = await Promise.all(Array.from({ length: Number(connections) }, open))
let next = Number(first)
const waited: number[] = []
const begin = performance.now()
const end = begin + Number(seconds) * 1000
await Promise.all(
  clients.map(async (client) => {
    while (performance.now() < end) {
      const asked = performance.now()
      const n = next++
      await client.execute('insert ignore into bench_like (user_id, video_id, create_time) values (?, ?, ?)', [
        n % 1000,
        n,
        Date.now(),
      ])
      waited.push(performance.now() - asked)
    }
  }),
)
console.log(JSON.stringify(seenOf(waited, begin)))
process.exit(0)
