// packet-loss.test.ts runs this program in a network that loses packets. The program starts a stack and a database there.
// Its last line of output is a `PacketLossResult`.
import { api, ok } from '../api.ts'
import { type Finding, findings } from '../crash-audit.ts'
import { clip } from '../http/clips.ts'
import { startMixedLoad } from '../mixed-load.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { seededRandom } from '../seeded-random.ts'
import { freePorts, startStack, until } from '../stack.ts'
import { type Traffic, traffic } from './lossy-network.ts'

export interface PacketLossResult extends Traffic {
  acknowledged: number
  refused: number
  wrong: Finding[]
}

const seconds = Number(process.argv[2])
const clients = 8
const settleMs = 10_000

const [port] = await freePorts(1)
const server = await ownServer({ serverArgs: ['--skip-networking=0', '--bind-address=127.0.0.1', `--port=${port}`] })
try {
  console.log(JSON.stringify(await live(server)))
} finally {
  await server.stop()
}
process.exit(0)

async function live({ databases: [user, feed] }: OwnServer): Promise<PacketLossResult> {
  // The services connect over TCP, the audit over the socket.
  const overTcp = (name: string) => `mysql://root@127.0.0.1:${port}/${name}`
  const stack = await startStack({
    databases: [
      { ...user, url: overTcp('user') },
      { ...feed, url: overTcp('feed') },
    ],
    env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none' },
  })
  try {
    const http = api(stack.base)
    const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
    ok(await http.publish(await http.register('author'), 'the hot video', new Blob([film])))
    const load = await startMixedLoad({ http, film, random: seededRandom(5), clients })
    await Bun.sleep(seconds * 1000)
    await load.stop()
    const { ledger } = load
    const wrong = async () => (await findings(stack, ledger)).filter((one) => one.wrong.length > 0)
    await until(async () => (await wrong()).length === 0, settleMs).catch(() => {})
    return {
      ...(await traffic()),
      acknowledged: Object.values(ledger.counts()).reduce((sum, count) => sum + count, 0),
      refused: ledger.refused,
      wrong: await wrong(),
    }
  } finally {
    await stack.stop()
  }
}
