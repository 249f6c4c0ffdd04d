import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { note } from '../goals.ts'
import { type Line, openLine } from '../line.ts'
import { until } from '../stack.ts'
import { hasChromium } from './chromium.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

/** In each round both are cut. */
const rounds = 10

describe.skipIf(!hasChromium)('two who chat, one at a phone and one at a desktop', () => {
  let stage: Stage
  let sides: Side[]

  beforeAll(async () => {
    stage = await theStage()
    const people = await Promise.all(['Ben', '晓晓'].map(stage.api.register))
    sides = await Promise.all(
      people.map(async ({ token }, i) => {
        const line = await openLine(stage.stack.base)
        const at = await visit(stage, looks[i]!, { token, base: line.base })
        at.forgive(/net::ERR_|WebSocket connection/)
        return sideOf(at, line)
      }),
    )
    await Promise.all(sides.map(({ at }, i) => at.page.goto(`${at.base}/chat/${people[1 - i]!.id}`)))
    await Promise.all(sides.map((side) => side.isLive(1)))
  })
  afterAll(async () => {
    await Promise.all((sides ?? []).map(({ at }) => at.end()))
    await Promise.all((sides ?? []).map(({ line }) => line.close()))
  })

  test('see each other’s words at once, as text and in order', async () => {
    const [ben, xiao] = sides as [Side, Side]
    const waits: number[] = []
    for (const [i, words] of ['你好！', 'Hello <b>you</b> 👋', '再见'].entries()) {
      const [from, to] = i % 2 === 0 ? [ben, xiao] : [xiao, ben]
      const shown = to.seen(words)
      const sent = await from.say(words)
      waits.push((await shown) - sent)
    }
    note('chat: a message is shown to the other', '≤ 200 ms', `${waits.map(Math.round).join(', ')} ms`)
    expect(await ben.words()).toEqual(['你好！', 'Hello <b>you</b> 👋', '再见'])
    expect(await xiao.words()).toEqual(await ben.words())
  })

  test('lose nothing and get nothing twice over twenty cut connections', async () => {
    const said = await sides[0]!.words()
    let cuts = 0
    for (let round = 1; round <= rounds; round++) {
      const way = ways[round % ways.length]!
      await Promise.all(
        sides.map(async (side, i) => {
          const words = `${way.name} ${round}${'ab'[i]}`
          said.push(words)
          await way(side, words)
          side.line.up()
        }),
      )
      await Promise.all(sides.map((side) => side.isLive(1 + round)))
      await Promise.all(sides.map((side) => side.sendAgain()))
      cuts += sides.length
    }
    await Promise.all(sides.map((side) => until(async () => (await side.words()).length >= said.length)))
    const [bens, xiaos] = await Promise.all(sides.map((side) => side.words()))
    const stored = await storedWords()
    const lost = said.filter((words) => !bens!.includes(words) || !xiaos!.includes(words)).length
    const twice = bens!.length + xiaos!.length - new Set(bens).size - new Set(xiaos).size
    note('chat: lost and twice over cut connections', '0 and 0', `${lost} and ${twice}, ${cuts} cut`)
    expect(sides.map((side) => side.closedSockets())).toEqual([rounds, rounds])
    expect(bens!.toSorted()).toEqual(said.toSorted())
    expect(xiaos).toEqual(bens!)
    expect(stored).toEqual(bens!)
  })

  /** As the server has them, oldest first. */
  async function storedWords(): Promise<string[]> {
    const rows = await stage.stack.userDatabase.query(
      'select content from message where content in (?) or content like ? order by id',
      [['你好！', 'Hello <b>you</b> 👋', '再见'], 'by%'],
    )
    return rows.map((row) => String(row.content))
  }
})

type Side = ReturnType<typeof sideOf>

/** Where a connection may be cut. */
const ways = [
  async function byIdle({ line, say }: Side, words: string) {
    line.cut()
    await say(words)
  },
  async function byRequest({ line, say }: Side, words: string) {
    line.afterBytes(1, line.cut)
    await say(words)
  },
  async function byAnswer({ line, say, isDown }: Side, words: string) {
    line.loseAnswers()
    await say(words)
    await isDown()
  },
]

function sideOf(at: Visit, line: Line) {
  const { page, text } = at
  let opened = 0
  let closed = 0
  page.on('websocket', (socket) => {
    opened++
    socket.on('close', () => closed++)
  })
  return {
    at,
    line,
    closedSockets: () => closed,
    /** The socket stands, for so many’th time. */
    isLive: (count: number) => until(async () => opened - closed === 1 && closed >= count - 1, 20_000),
    isDown: () => until(async () => line.isDown()),
    /** Writes and sends; when that was, by the clock that both share. */
    async say(words: string): Promise<number> {
      const field = page.getByPlaceholder(text.writeMessage)
      await field.fill(words)
      const sent = Date.now()
      await field.press('Enter')
      return sent
    },
    /** When words appear, by that clock. */
    seen: (words: string) =>
      page.evaluate(async (wanted) => {
        const isThere = () => [...document.querySelectorAll('.bubble p')].some((one) => one.textContent === wanted)
        while (!isThere()) await new Promise(requestAnimationFrame)
        return Date.now()
      }, words),
    words: () => page.locator('.bubble p').allTextContents(),
    /** What the page says was not sent is sent again, as the page offers. */
    async sendAgain() {
      await until(async () => (await page.locator('.bubble.sending').count()) === 0, 20_000)
      const again = page.locator('.bubble-problem button')
      while ((await again.count()) > 0) {
        // It may have arrived after all, and then the socket brings it, and there is nothing to send again.
        await again
          .first()
          .click({ timeout: 1000 })
          .catch(() => {})
        await until(async () => (await page.locator('.bubble.sending').count()) === 0, 20_000)
      }
    },
  }
}
