import { appendFile, mkdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../test/stack.ts'
import { clip } from '../../web-srv/src/media/clips.fixture.ts'
import { pathOfKey } from '../../web-srv/src/media/store/storage.ts'
import type { Leg } from '../leg.ts'
import { startProcess, type Watched } from '../processes.ts'
import { type Seen, seenOf } from '../seen.ts'
import { startServices, type World } from '../world.ts'
import { runWrk } from '../wrk.ts'
import type { Comparison, Scenario } from './scenario.ts'

const mebi = 1 << 20
const uploadMebi = 200
const playedMebi = 64

/** Makes a playable video, padded to this size by a trailing `free` box. */
async function videoOfSize(world: World, mebibytes: number): Promise<string> {
  const folder = join(world.dir, `clips-${mebibytes}`)
  await mkdir(folder, { recursive: true })
  const path = await clip(folder, 'front.mp4')
  const header = Buffer.alloc(8)
  header.writeUInt32BE(mebibytes * mebi - Bun.file(path).size)
  header.write('free', 4)
  await appendFile(path, header)
  await truncate(path, mebibytes * mebi)
  return path
}

/** The curl arguments that publish a file. */
const formOf = (token: string, path: string) => [
  ...['-F', `token=${token}`, '-F', 'title=large'],
  ...['-F', `data=@${path};type=video/mp4`],
]

/** Uploads a file with curl in `concurrency` parallel loops until the time is over. */
async function uploads(url: string, token: string, path: string, seconds: number, concurrency: number): Promise<Seen> {
  const latenciesMs: number[] = []
  let broken = 0
  const startMs = performance.now()
  const form = formOf(token, path)
  async function uploadInLoop(): Promise<void> {
    do {
      const requestMs = performance.now()
      const answer = await Bun.$`curl -s ${form} ${url}`.nothrow().text()
      if (answer.includes('"status_code":0')) latenciesMs.push(performance.now() - requestMs)
      else broken++
    } while (performance.now() - startMs < seconds * 1000)
  }
  await Promise.all(Array.from({ length: concurrency }, uploadInLoop))
  const seen = seenOf(latenciesMs, startMs)
  return { ...seen, bytes: seen.requests * uploadMebi * mebi, broken }
}

async function uploading(world: World): Promise<Comparison> {
  const services = await startServices(world, {})
  const path = await videoOfSize(world, uploadMebi)
  const [port] = await freePorts(1)
  const base = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(import.meta.dir, '../peers/disk.ts'), String(port), world.dir]
  const disk = await startProcess(command, { NODE_ENV: 'production' }, async () => (await fetch(base)).ok)
  const leg = (name: string, watched: Watched[], url: string): Leg => ({
    name,
    watched,
    drive: (seconds, connections) => uploads(url, world.tokens[0] ?? '', path, seconds, connections),
  })
  return {
    ours: leg('upload', services.watched, `${services.base}/douyin/publish/action/`),
    baseline: leg('to disk', [{ name: 'bun', pids: [disk.pid] }], base),
    close: async () => void (await Promise.all([services.stop(), disk.stop()])),
  }
}

/** Starts nginx with sendfile, which serves the media folder. */
async function nginx(world: World, root: string) {
  const [port] = await freePorts(1)
  const folder = join(world.dir, 'nginx')
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'nginx.conf')
  await Bun.write(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port}; root ${root}; }
}`,
  )
  const base = `http://127.0.0.1:${port}`
  const command = [Bun.which('nginx', { PATH: `${process.env.PATH}:/usr/sbin` }) ?? 'nginx', '-c', config, '-p', folder]
  const started = await startProcess(command, {}, async () => (await fetch(base)).status > 0)
  return { base, ...started }
}

async function playing(world: World): Promise<Comparison> {
  const services = await startServices(world, {})
  const path = await videoOfSize(world, playedMebi)
  const token = world.tokens[0] ?? ''
  await Bun.$`curl -sf ${formOf(token, path)} ${services.base}/douyin/publish/action/`.quiet()
  const { video_list } = (await (await fetch(`${services.base}/douyin/feed/`)).json()) as {
    video_list: { play_url: string }[]
  }
  const key = new URL(video_list[0]?.play_url ?? '').pathname.split('/').at(-1) ?? ''
  const root = join(world.dir, 'media')
  const peer = await nginx(world, root)
  const leg = (name: string, watched: Watched[], base: string, file: string): Leg => ({
    name,
    watched,
    drive: (seconds, connections) =>
      runWrk({ url: base, connections, seconds, script: ['ranges', file, String(playedMebi)] }),
  })
  return {
    ours: leg('playback', services.watched, services.base, `/static/${key}`),
    baseline: leg('nginx', [{ name: 'nginx', pids: [peer.pid] }], peer.base, pathOfKey('/', key)),
    close: async () => void (await Promise.all([services.stop(), peer.stop()])),
  }
}

export const mediaScenarios: Scenario[] = [
  {
    name: 'upload',
    what: `upload of ${uploadMebi} MiB, probed, with a cover and synced; as many at once as connections`,
    baseline: 'curl into a Bun.serve that streams the body to disk',
    goal: 0.7,
    connections: [1, 4],
    open: uploading,
  },
  {
    name: 'playback',
    what: 'playback, ranges of 1 MiB',
    baseline: 'nginx with sendfile, same file',
    goal: 0.7,
    open: playing,
  },
]
