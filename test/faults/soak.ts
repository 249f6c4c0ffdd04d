// bun test/faults/soak.ts [--minutes 30] [--clients 8]
// A long mixed load. Fails if memory grows by 1 MiB a minute or descriptors by 1 a minute, after the first sixth.
import { parseArgs } from 'node:util'
import { api, ok } from '../api.ts'
import { clip } from '../http/clips.ts'
import { startMixedLoad } from '../mixed-load.ts'
import { stopServer } from '../mysql.ts'
import { seededRandom } from '../seeded-random.ts'
import { type ServiceName, startStack } from '../stack.ts'

interface Sample {
  minute: number
  rssMiB: number
  descriptors: number
}

const sampleIntervalMs = 5000
const maxMiBPerMinute = 1
const maxDescriptorsPerMinute = 1

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, clients: { type: 'string', default: '8' } },
})
const minutes = Number(values.minutes)
const stack = await startStack({ env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none' } })
const http = api(stack.base)
const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
ok(await http.publish(await http.register('author'), 'the hot video', new Blob([film])))
const load = await startMixedLoad({ http, film, random: seededRandom(1), clients: Number(values.clients) })
const names: ServiceName[] = ['user-srv', 'feed-srv', 'web-srv']
const samples: Record<ServiceName, Sample[]> = { 'user-srv': [], 'feed-srv': [], 'web-srv': [] }
const startMs = performance.now()
while (performance.now() - startMs < minutes * 60_000) {
  await Bun.sleep(sampleIntervalMs)
  for (const name of names) samples[name].push(await sample(stack.processes[name].pid))
}
await load.stop()
const growth = names.map((name) => {
  const settled = samples[name].filter(({ minute }) => minute > minutes / 6)
  return {
    name,
    'MiB a minute': slope(settled, ({ rssMiB }) => rssMiB),
    'descriptors a minute': slope(settled, ({ descriptors }) => descriptors),
    'MiB at the end': settled.at(-1)?.rssMiB,
    descriptors: settled.at(-1)?.descriptors,
  }
})
console.table(growth)
console.log(`${minutes} minutes, ${JSON.stringify(load.ledger.counts())}, ${load.ledger.refused} refused`)
await stack.stop()
await stopServer()
const isFlat = growth.every(
  (one) => one['MiB a minute'] < maxMiBPerMinute && one['descriptors a minute'] < maxDescriptorsPerMinute,
)
process.exit(isFlat && load.ledger.refused === 0 ? 0 : 1)

async function sample(pid: number): Promise<Sample> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  const descriptors = [...new Bun.Glob('*').scanSync({ cwd: `/proc/${pid}/fd`, onlyFiles: false })].length
  const rssMiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  return { minute: (performance.now() - startMs) / 60_000, rssMiB, descriptors }
}

/** The slope of the least-squares line through the samples. */
function slope(all: Sample[], value: (sample: Sample) => number): number {
  const mean = (valueIn: (sample: Sample) => number) => all.reduce((sum, one) => sum + valueIn(one), 0) / all.length
  const [x, y] = [mean(({ minute }) => minute), mean(value)]
  const spread = mean(({ minute }) => (minute - x) ** 2)
  return Math.round((100 * mean((one) => (one.minute - x) * (value(one) - y))) / spread) / 100
}
