// What argon2id costs at the least: `hash.ts AT_ONCE SECONDS` hashes as user-srv does and prints what it saw as JSON.
import { seenOf } from '../seen.ts'

const [atOnce, seconds] = process.argv.slice(2).map(Number)
const begin = performance.now()
const end = begin + (seconds ?? 1) * 1000
const waited: number[] = []
await Promise.all(
  Array.from({ length: atOnce ?? 1 }, async () => {
    while (performance.now() < end) {
      const asked = performance.now()
      await Bun.password.hash('correct horse', { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })
      waited.push(performance.now() - asked)
    }
  }),
)
console.log(JSON.stringify(seenOf(waited, begin)))
