import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from './leftover.ts'
import { startService } from './services.ts'

const root = mkdtempSync(join(tmpdir(), 'douyin-services-'))
const fileOf = (name: string) => join(root, name, 'main.ts')
for (const name of ['one', 'other']) mkdirSync(join(root, name))
const claimed = await claim(join(root, '.data'))
afterAll(() => rmSync(root, { recursive: true }))

const forEver = `process.on('SIGTERM', () => { console.log('peace'); process.exit() }); setInterval(() => {}, 1000)`

/** A running service of this code, what it and `bun dev` said of it, and a wait for more of that. */
function started(code: string, name = 'one') {
  let output = ''
  let heard = () => {}
  const print = (text: string) => {
    output += text
    heard()
  }
  writeFileSync(fileOf(name), code)
  const environment = { ...Bun.env, WORD: 'word' }
  const service = startService({ name, entry: `${name}/main.ts` }, { root, environment, claim: claimed, print })
  return {
    service,
    output: () => output,
    said: (text: string) =>
      new Promise<void>((resolve) => {
        heard = () => output.includes(text) && resolve()
        heard()
      }),
  }
}

test('a service is reloaded on a save, begun again after its end, and stopped in peace', async () => {
  const { service, output, said } = started(`${forEver}; console.log('first ' + Bun.env.WORD)`)
  await said('first word')
  writeFileSync(fileOf('one'), `console.log('second'); process.exit(7)`)
  await said('ended with code 7; it starts again when you save')
  expect(output()).toContain('second')
  writeFileSync(fileOf('one'), `${forEver}; console.log('third')`)
  await said('third')
  await service.stop()
  expect(output()).toContain('peace')
}, 20_000)

test('one that was killed is started again without a save, and the log names the signal', async () => {
  const mark = `const isAgain = await Bun.file('mark').exists(); await Bun.write('mark', '')`
  const tell = `console.log((isAgain ? 'next process ' : 'process ') + process.pid + '.')`
  const { service, output, said } = started(`${mark}; ${tell}; ${forEver}`)
  await said('.\n')
  process.kill(Number(/process (\d+)\./.exec(output())?.[1]), 'SIGKILL')
  await said('ended by SIGKILL; it starts again when you save one of its files, or in 0.5 s')
  await said('next process')
  await service.stop()
}, 20_000)

test('one that ends again and again is started after ever longer pauses, and at once on a save', async () => {
  const { service, output, said } = started(`process.exit(7)`)
  await said('in 4 s')
  expect([...output().matchAll(/with code 7.* in ([\d.]+) s/g)].map((match) => match[1])).toEqual([
    '0.5',
    '1',
    '2',
    '4',
  ])
  const saved = performance.now()
  writeFileSync(fileOf('one'), `${forEver}; console.log('mended')`)
  await said('mended')
  expect(performance.now() - saved).toBeLessThan(3500)
  await service.stop()
}, 20_000)

test('one that refuses a setting waits for a save, since the setting stays', async () => {
  const refusing = started(`console.log('MEDIA_DIR: no'); process.exit(78)`)
  await refusing.said('ended with code 78')
  const end = 'ended with code 78: a wrong setting; it starts again when you save one of its files\n'
  expect(refusing.output()).toContain('MEDIA_DIR: no')
  expect(refusing.output()).toEndWith(end)
  // Time enough for another one to be started again.
  const other = started(`process.exit(7)`, 'other')
  await other.said('in 1 s')
  await other.service.stop()
  expect(refusing.output()).toEndWith(end)
  writeFileSync(fileOf('one'), `${forEver}; console.log('mended')`)
  await refusing.said('mended')
  await refusing.service.stop()
}, 20_000)
