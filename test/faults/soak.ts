// bun test/faults/soak.ts [--minutes 30] [--clients 8]
// Mixed load for long, then whether memory and descriptors still grow: under 1 MiB a minute after the first sixth.
import { parseArgs } from 'node:util'
import { api, ok } from '../api.ts'
import { startCrowd } from '../crash-crowd.ts'
import { dice } from '../dice.ts'
import { clip } from '../http/clips.ts'
import { stopServer } from '../mysql.ts'
import { type ServiceName, startStack } from '../stack.ts'

interface Sample {
  minute: number
  rssMiB: number
  descriptors: number
}

const everyMs = 5000
const mostMiB = 1
const mostDescriptors = 1

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, clients: { type: 'string', default: '8' } },
})
const minutes = Number(values.minutes)
const stack = await startStack({ env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none' } })
const http = api(stack.base)
const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
ok(await http.publish(await http.register('author'), 'the hot video', new Blob([film])))
const crowd = await startCrowd({ http, film, roll: dice(1), clients: Number(values.clients) })
const names: ServiceName[] = ['user-srv', 'feed-srv', 'web-srv']
const samples: Record<ServiceName, Sample[]> = { 'user-srv': [], 'feed-srv': [], 'web-srv': [] }
const begun = performance.now()
while (performance.now() - begun < minutes * 60_000) {
  await Bun.sleep(everyMs)
  for (const name of names) samples[name].push(await sample(stack.processes[name].pid))
}
await crowd.stop()
const grown = names.map((name) => {
  const settled = samples[name].filter(({ minute }) => minute > minutes / 6)
  return {
    name,
    'MiB a minute': slope(settled, ({ rssMiB }) => rssMiB),
    'descriptors a minute': slope(settled, ({ descriptors }) => descriptors),
    'MiB at the end': settled.at(-1)?.rssMiB,
    descriptors: settled.at(-1)?.descriptors,
  }
})
console.table(grown)
console.log(`${minutes} minutes, ${JSON.stringify(crowd.ledger.counts())}, ${crowd.ledger.refused} refused`)
await stack.stop()
await stopServer()
const isFlat = grown.every((one) => one['MiB a minute'] < mostMiB && one['descriptors a minute'] < mostDescriptors)
process.exit(isFlat && crowd.ledger.refused === 0 ? 0 : 1)

async function sample(pid: number): Promise<Sample> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  const descriptors = [...new Bun.Glob('*').scanSync({ cwd: `/proc/${pid}/fd`, onlyFiles: false })].length
  const rssMiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  return { minute: (performance.now() - begun) / 60_000, rssMiB, descriptors }
}

/** Of the line that lies nearest to all samples. */
function slope(all: Sample[], value: (sample: Sample) => number): number {
  const mean = (of: (sample: Sample) => number) => all.reduce((sum, one) => sum + of(one), 0) / all.length
  const [x, y] = [mean(({ minute }) => minute), mean(value)]
  const spread = mean(({ minute }) => (minute - x) ** 2)
  return Math.round((100 * mean((one) => (one.minute - x) * (value(one) - y))) / spread) / 100
}
