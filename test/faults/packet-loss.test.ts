import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { recordFigure } from '../goal-table.ts'
import { runProgram } from '../run-program.ts'
import { inLossyNetwork, lossUnavailable } from './lossy-network.ts'
import type { PacketLossResult } from './packet-loss-load.ts'
import { longOrShort } from './run-length.ts'

const percent = 5
const seconds = longOrShort(30, 5)
const limitMs = 100_000

// Skipped if the kernel forbids network namespaces or a tool is missing: lossy-network.ts finds the reason.
if (lossUnavailable) console.log(`SKIPPED ${percent} % of packets lost: ${lossUnavailable}`)
test.skipIf(lossUnavailable !== '')(
  `with ${percent} % packet loss, also to the database, every acknowledged write is there and every count is right`,
  async () => {
    const script = join(import.meta.dir, 'packet-loss-load.ts')
    const command = inLossyNetwork(percent, process.execPath, script, String(seconds))
    const { code, output } = await runProgram(command, limitMs)
    expect(code).toBe(0)
    const { sent, sentAgain, acknowledged, refused, wrong }: PacketLossResult = JSON.parse(
      output.trim().split('\n').at(-1)!,
    )
    recordFigure(
      `R-18 ${percent} % of packets lost`,
      '0 lost, 0 wrong',
      `${wrong.length} wrong of ${acknowledged} acknowledged, ${refused} refused; ${sentAgain} of ${sent} segments sent again`,
    )
    expect(sentAgain).toBeGreaterThan(sent / 100)
    expect(acknowledged).toBeGreaterThan(20)
    expect(wrong).toEqual([])
    expect(refused).toBeLessThan(acknowledged / 20)
  },
  limitMs + 20_000,
)
