// What packet-loss.test.ts runs in a network that loses packets: all of it, the database too. Its last line is a `LossyCrowd`.
import { api, ok } from '../api.ts'
import { type Finding, findings } from '../crash-audit.ts'
import { startCrowd } from '../crash-crowd.ts'
import { dice } from '../dice.ts'
import { clip } from '../http/clips.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { freePorts, startStack, until } from '../stack.ts'
import { type Traffic, traffic } from './lossy.ts'

export interface LossyCrowd extends Traffic {
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

async function live({ databases: [user, feed] }: OwnServer): Promise<LossyCrowd> {
  // Services reach it through the network; the audit through its socket.
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
    const crowd = await startCrowd({ http, film, roll: dice(5), clients })
    await Bun.sleep(seconds * 1000)
    await crowd.stop()
    const { ledger } = crowd
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
