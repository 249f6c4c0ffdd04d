import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket, connect as socketTo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reachServices } from '../../web-srv/src/services.ts'
import { connectOptions, type FreshDatabase, freshDatabase } from '../mysql.ts'
import { freePorts, until } from '../stack.ts'

let database: FreshDatabase
let folder: string
let proxy: Awaited<ReturnType<typeof openProxy>>
let replicas: Bun.Subprocess[] = []
let services: ReturnType<typeof reachServices>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'douyin-proxy-'))
  database = await freshDatabase()
  const path = join(folder, 's.sock')
  proxy = await openProxy(path, database.url)
  const cut = new URL(database.url)
  cut.searchParams.set('socketPath', path)
  const ports = await freePorts(2)
  replicas = [database.url, cut.href].map((DATABASE_URL, i) =>
    Bun.spawn([process.execPath, 'feed-srv/src/main.ts'], {
      cwd: join(import.meta.dir, '../..'),
      env: { PATH: process.env.PATH, DATABASE_URL, FEED_GRPC_PORT: String(ports[i]), LOG_LEVEL: 'silent' },
      stdout: 'ignore',
      stderr: 'inherit',
    }),
  )
  const second = reachServices('127.0.0.1:1', `127.0.0.1:${ports[1]}`)
  services = second
  await until(async () => (await publish(1)) === 1, 30_000)
  second.feed.close()
  second.user.close()
  services = reachServices('127.0.0.1:1', `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join()}`)
  // The test needs both replicas in use: one that gets no calls yet cannot be taken out of use.
  await until(async () => {
    const before = proxy.bytes()
    return (await publish(20)) === 20 && proxy.bytes() > before + 5000
  }, 30_000)
}, 60_000)
afterAll(async () => {
  services?.feed.close()
  services?.user.close()
  for (const one of replicas) one.kill('SIGKILL')
  await proxy?.close()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

/** Publishes this many videos without retries; returns how many calls succeeded. */
async function publish(count: number): Promise<number> {
  const video = { userId: 1, playUrl: 'key.mp4', coverUrl: 'key.jpg', title: 'a clip' }
  const results = await Promise.allSettled(Array.from({ length: count }, () => services.feed.createVideo(video)))
  return results.filter(({ status }) => status === 'fulfilled').length
}

test('a feed-srv replica that lost its database gets no calls, so that all calls succeed, until the database is back', async () => {
  proxy.cut()
  // Calls may fail until the replica notices the loss, then none fails.
  await until(async () => (await publish(20)) === 20, 15_000)
  for (let i = 0; i < 10; i++) expect(await publish(20)).toBe(20)
  const before = proxy.bytes()
  proxy.mend()
  await until(async () => (await publish(20)) === 20 && proxy.bytes() > before + 50_000, 15_000)
}, 60_000)

/** A proxy between a service and its database, which can be cut. */
async function openProxy(path: string, url: string) {
  const { socketPath, host = '', port = 0 } = { host: '', port: 0, socketPath: undefined, ...connectOptions(url) }
  const sockets = new Set<Socket>()
  let isCut = false
  let bytes = 0
  const server = createServer((near) => {
    const far = socketPath ? socketTo(socketPath) : socketTo(port, host)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => other.destroy())
      one.on('data', (data) => {
        bytes += data.length
        other.write(Buffer.from(data))
      })
    }
    if (isCut) near.destroy()
  })
  await new Promise<void>((listening) => server.listen(path, listening))
  const cut = () => {
    isCut = true
    for (const one of sockets) one.destroy()
  }
  return {
    cut,
    mend() {
      isCut = false
    },
    bytes: () => bytes,
    async close() {
      cut()
      await new Promise((closed) => server.close(closed))
    },
  }
}
