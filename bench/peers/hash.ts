// What argon2id costs at the least: `hash.ts AT_ONCE SECONDS` hashes as user-srv does and prints what it saw as JSON.
export {}

const [atOnce, seconds] = process.argv.slice(2).map(Number)
const begin = performance.now()
const end = begin + (seconds ?? 1) * 1000
let requests = 0
await Promise.all(
  Array.from({ length: atOnce ?? 1 }, async () => {
    while (performance.now() < end) {
      await Bun.password.hash('correct horse', { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })
      requests++
    }
  }),
)
const took = (performance.now() - begin) / 1000
console.log(JSON.stringify({ requests, seconds: took, bytes: 0, p50: 0, p95: 0, p99: 0, max: 0, status: 0, broken: 0 }))
