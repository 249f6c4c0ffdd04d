import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchPlayer } from './player.ts'

const root = mkdtempSync(join(tmpdir(), 'douyin-player-'))
const player = join(root, 'player')
for (const folder of ['app/feed', 'styles']) mkdirSync(join(player, folder), { recursive: true })
afterAll(() => rmSync(root, { recursive: true }))

/** A fake build that prints what it has read. */
writeFileSync(
  join(player, 'build.ts'),
  `const read = (name) => Bun.file(new URL(name, import.meta.url)).text().catch(() => '-')
  console.log('built ' + await read('app/feed/a.ts') + ' ' + await read('styles/a.css'))`,
)

test('the player is built again at each save of a script or a style', async () => {
  let output = ''
  let onOutput = () => {}
  const watching = watchPlayer(root, (text) => {
    output += text
    onOutput()
  })
  const untilPrinted = (text: string) =>
    new Promise<void>((resolve) => {
      onOutput = () => output.includes(text) && resolve()
      onOutput()
    })
  writeFileSync(join(player, 'app/feed/a.ts'), 'one')
  await untilPrinted('built one -')
  writeFileSync(join(player, 'styles/a.css'), 'two')
  await untilPrinted('built one two')
  writeFileSync(join(player, 'app/feed/a.ts'), 'three')
  await untilPrinted('built three two')
  await watching.stop()
  expect(output).toEndWith('built three two\n')
}, 20_000)

test('without a player folder, nothing is watched', async () => {
  await watchPlayer(join(root, 'nowhere'), () => {}).stop()
})
