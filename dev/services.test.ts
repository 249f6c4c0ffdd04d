import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from './leftover.ts'
import { startService } from './services.ts'

const root = mkdtempSync(join(tmpdir(), 'douyin-services-'))
const file = join(root, 'one/main.ts')
mkdirSync(join(root, 'one'))
const claimed = await claim(join(root, '.data'))
afterAll(() => rmSync(root, { recursive: true }))

test('a service is reloaded on a save, begun again after its end, and stopped in peace', async () => {
  let output = ''
  let heard = () => {}
  const print = (text: string) => {
    output += text
    heard()
  }
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      heard = () => output.includes(text) && resolve()
      heard()
    })
  const forEver = `process.on('SIGTERM', () => { console.log('peace'); process.exit() }); setInterval(() => {}, 1000)`

  writeFileSync(file, `${forEver}; console.log('first ' + Bun.env.WORD)`)
  const environment = { ...Bun.env, WORD: 'word' }
  const service = startService({ name: 'one', entry: 'one/main.ts' }, { root, environment, claim: claimed, print })
  await said('first word')
  writeFileSync(file, `console.log('second'); process.exit(7)`)
  await said('ended with code 7; it starts again when you save')
  expect(output).toContain('second')
  writeFileSync(file, `${forEver}; console.log('third')`)
  await said('third')
  output = ''
  await service.stop()
  expect(output).toContain('peace')
}, 20_000)
