import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { recordFigure } from '../goal-table.ts'
import { until } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { hasChromium } from './chromium.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

/** Each round cuts both connections. */
const rounds = 10

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('two users in a chat, one on a phone and one on a desktop', () => {
  let stage: Stage
  let sides: Side[]

  beforeAll(async () => {
    stage = await theStage()
    const people = await Promise.all(['Ben', '晓晓'].map(stage.api.register))
    sides = await Promise.all(
      people.map(async ({ token }, i) => {
        const proxy = await openTcpProxy(stage.stack.base)
        const at = await visit(stage, looks[i]!, { token, base: proxy.base })
        at.forgive(/net::ERR_|WebSocket connection/)
        return sideOf(at, proxy)
      }),
    )
    await Promise.all(sides.map(({ at }, i) => at.page.goto(`${at.base}/chat/${people[1 - i]!.id}`)))
    await Promise.all(sides.map((side) => side.isLive(1)))
  })
  afterAll(async () => {
    await Promise.all((sides ?? []).map(({ at }) => at.end()))
    await Promise.all((sides ?? []).map(({ proxy }) => proxy.close()))
  })

  test('see each other’s messages at once, as text and in order', async () => {
    const [ben, xiao] = sides as [Side, Side]
    const waits: number[] = []
    for (const [i, words] of ['你好！', 'Hello <b>you</b> 👋', '再见'].entries()) {
      const [from, to] = i % 2 === 0 ? [ben, xiao] : [xiao, ben]
      const shown = to.seen(words)
      const sent = await from.say(words)
      waits.push((await shown) - sent)
    }
    recordFigure('chat: a message is shown to the other', '≤ 200 ms', `${waits.map(Math.round).join(', ')} ms`)
    expect(await ben.words()).toEqual(['你好！', 'Hello <b>you</b> 👋', '再见'])
    expect(await xiao.words()).toEqual(await ben.words())
  })

  test('lose no message and get none twice over twenty cut connections', async () => {
    const expected = await sides[0]!.words()
    let cuts = 0
    for (let round = 1; round <= rounds; round++) {
      const way = ways[round % ways.length]!
      await Promise.all(
        sides.map(async (side, i) => {
          const words = `${way.name} ${round}${'ab'[i]}`
          expected.push(words)
          await way(side, words)
          side.proxy.up()
        }),
      )
      await Promise.all(sides.map((side) => side.isLive(1 + round)))
      await Promise.all(sides.map((side) => side.sendAgain()))
      cuts += sides.length
    }
    await Promise.all(sides.map((side) => until(async () => (await side.words()).length >= expected.length)))
    const [bens, xiaos] = await Promise.all(sides.map((side) => side.words()))
    const stored = await storedWords()
    const lost = expected.filter((words) => !bens!.includes(words) || !xiaos!.includes(words)).length
    const twice = bens!.length + xiaos!.length - new Set(bens).size - new Set(xiaos).size
    recordFigure('chat: lost and twice over cut connections', '0 and 0', `${lost} and ${twice}, ${cuts} cut`)
    expect(sides.map((side) => side.closedSockets())).toEqual([rounds, rounds])
    expect(bens!.toSorted()).toEqual(expected.toSorted())
    expect(xiaos).toEqual(bens!)
    expect(stored).toEqual(bens!)
  })

  /** The messages in the database, oldest first. */
  async function storedWords(): Promise<string[]> {
    const rows = await stage.stack.userDatabase.query(
      'select content from message where content in (?) or content like ? order by id',
      [['你好！', 'Hello <b>you</b> 👋', '再见'], 'by%'],
    )
    return rows.map((row) => String(row.content))
  }
})

type Side = ReturnType<typeof sideOf>

/** The moments at which a connection may be cut: idle, during the request, during the answer. */
const ways = [
  async function byIdle({ proxy, say }: Side, words: string) {
    proxy.cut()
    await say(words)
  },
  async function byRequest({ proxy, say }: Side, words: string) {
    proxy.afterBytes(1, proxy.cut)
    await say(words)
  },
  async function byAnswer({ proxy, say, isDown }: Side, words: string) {
    proxy.loseReplies()
    await say(words)
    await isDown()
  },
]

function sideOf(at: Visit, proxy: TcpProxy) {
  const { page, text } = at
  let opened = 0
  let closed = 0
  page.on('websocket', (socket) => {
    opened++
    socket.on('close', () => closed++)
  })
  return {
    at,
    proxy,
    closedSockets: () => closed,
    /** Resolves when the socket has been opened `count` times and is open. */
    isLive: (count: number) => until(async () => opened - closed === 1 && closed >= count - 1, 20_000),
    isDown: () => until(async () => proxy.isDown()),
    /** Sends a message; returns the time in ms, by the clock that both browsers share. */
    async say(words: string): Promise<number> {
      const field = page.getByPlaceholder(text.writeMessage)
      await field.fill(words)
      const sent = Date.now()
      await field.press('Enter')
      return sent
    },
    /** Resolves with the time when a message appears, by the same clock. */
    seen: (words: string) =>
      page.evaluate(async (wanted) => {
        const isThere = () => [...document.querySelectorAll('.bubble p')].some((one) => one.textContent === wanted)
        while (!isThere()) await new Promise(requestAnimationFrame)
        return Date.now()
      }, words),
    words: () => page.locator('.bubble p').allTextContents(),
    /** Resends the messages that the page shows as not sent, with the button of the page. */
    async sendAgain() {
      await until(async () => (await page.locator('.bubble.sending').count()) === 0, 20_000)
      const again = page.locator('.bubble-problem button')
      while ((await again.count()) > 0) {
        // The message may have arrived after all. Then the socket delivers it, and the button disappears.
        await again
          .first()
          .click({ timeout: 1000 })
          .catch(() => {})
        await until(async () => (await page.locator('.bubble.sending').count()) === 0, 20_000)
      }
    },
  }
}
