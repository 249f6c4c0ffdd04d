import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchPlayer } from './player.ts'

const root = mkdtempSync(join(tmpdir(), 'douyin-player-'))
const player = join(root, 'player')
for (const folder of ['app/feed', 'styles']) mkdirSync(join(player, folder), { recursive: true })
afterAll(() => rmSync(root, { recursive: true }))

/** Stands in for the real one, and says what it found. */
writeFileSync(
  join(player, 'build.ts'),
  `const read = (name) => Bun.file(new URL(name, import.meta.url)).text().catch(() => '-')
  console.log('built ' + await read('app/feed/a.ts') + ' ' + await read('styles/a.css'))`,
)

test('the player is built anew at each save of a script or a style', async () => {
  let output = ''
  let heard = () => {}
  const watching = watchPlayer(root, (text) => {
    output += text
    heard()
  })
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      heard = () => output.includes(text) && resolve()
      heard()
    })
  writeFileSync(join(player, 'app/feed/a.ts'), 'one')
  await said('built one -')
  writeFileSync(join(player, 'styles/a.css'), 'two')
  await said('built one two')
  writeFileSync(join(player, 'app/feed/a.ts'), 'three')
  await said('built three two')
  await watching.stop()
  expect(output).toEndWith('built three two\n')
}, 20_000)

test('where there is no player nothing is watched', async () => {
  await watchPlayer(join(root, 'nowhere'), () => {}).stop()
})
