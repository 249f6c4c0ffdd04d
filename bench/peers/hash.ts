// The minimal cost of argon2id: `hash.ts CONCURRENCY SECONDS` hashes as user-srv does and prints the result as JSON.
import { seenOf } from '../seen.ts'

const [concurrency, seconds] = process.argv.slice(2).map(Number)
const startMs = performance.now()
const endMs = startMs + (seconds ?? 1) * 1000
const latenciesMs: number[] = []
await Promise.all(
  Array.from({ length: concurrency ?? 1 }, async () => {
    while (performance.now() < endMs) {
      const requestMs = performance.now()
      await Bun.password.hash('correct horse', { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })
      latenciesMs.push(performance.now() - requestMs)
    }
  }),
)
console.log(JSON.stringify(seenOf(latenciesMs, startMs)))
