import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { recordFigure } from '../goal-table.ts'
import { type Api, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { until } from '../stack.ts'
import { longOrShort } from './run-length.ts'

const connections = longOrShort(10_000, 2000)
const maxRssMiB = 256
const maxP99Ms = 50
/** web-srv closes a connection that is idle for 30 s. */
const closedWithinMs = 36_000

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api?.close())

async function rssMiB(): Promise<number> {
  const status = await Bun.file(`/proc/${api.stack.processes['web-srv'].pid}/status`).text()
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

test('thousands of connections that send almost nothing are closed, and slow down no feed and take little memory', async () => {
  const port = Number(new URL(api.stack.base).port)
  const open = new Set<Socket>()
  const opened = Array.from({ length: connections }, (_, i) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    return new Promise<void>((done) =>
      socket.on('connect', () => {
        open.add(socket)
        socket.write(`GET /douyin/feed/ HTTP/1.1\r\nhost: slow-${i}\r\nx-slow: `)
        done()
      }),
    )
  })
  const startMs = performance.now()
  await Promise.all(opened)
  expect(open.size).toBeGreaterThan(connections * 0.99)
  const took: number[] = []
  for (let i = 0; i < 300; i++) {
    const sentMs = performance.now()
    expect((await api.get('/feed/')).body.status_code).toBe(0)
    took.push(performance.now() - sentMs)
  }
  const openCount = open.size
  const p99 = took.sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1]!
  const rss = await rssMiB()
  recordFigure(
    'R-16 slow connections',
    `p99 <= ${maxP99Ms} ms, RSS <= ${maxRssMiB} MiB`,
    `${openCount} open: p99 ${p99.toFixed(1)} ms, RSS ${rss.toFixed(0)} MiB`,
  )
  expect(rss).toBeLessThan(maxRssMiB)
  expect(p99).toBeLessThanOrEqual(maxP99Ms)
  await until(async () => open.size === 0, closedWithinMs)
  recordFigure('R-16 all of them closed', `<= ${closedWithinMs} ms`, `${(performance.now() - startMs).toFixed(0)} ms`)
}, 120_000)
