import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { note } from '../goals.ts'
import { inLong } from './long.ts'
import { inLossyNetwork, whyNoLoss } from './lossy.ts'
import type { LossyCrowd } from './lossy-crowd.ts'

const percent = 5
const seconds = inLong(30, 5)

// Skipped where the kernel lets nobody have a network of their own, or a tool is missing: lossy.ts knows which.
if (whyNoLoss) console.log(`SKIPPED ${percent} % of packets lost: ${whyNoLoss}`)
test.skipIf(whyNoLoss !== '')(
  `${percent} % of all packets lost, those of the database too: what was acknowledged is there, and every count is right`,
  async () => {
    const script = join(import.meta.dir, 'lossy-crowd.ts')
    const child = Bun.spawn(inLossyNetwork(percent, process.execPath, script, String(seconds)), { stderr: 'inherit' })
    const said = await new Response(child.stdout).text()
    expect(await child.exited).toBe(0)
    const { sent, sentAgain, acknowledged, refused, wrong }: LossyCrowd = JSON.parse(said.trim().split('\n').at(-1)!)
    note(
      `R-18 ${percent} % of packets lost`,
      '0 lost, 0 wrong',
      `${wrong.length} wrong of ${acknowledged} acknowledged, ${refused} refused; ${sentAgain} of ${sent} segments sent again`,
    )
    expect(sentAgain).toBeGreaterThan(sent / 100)
    expect(acknowledged).toBeGreaterThan(20)
    expect(wrong).toEqual([])
    expect(refused).toBeLessThan(acknowledged / 20)
  },
  120_000,
)
