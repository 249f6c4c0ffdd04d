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

const runForever = `process.on('SIGTERM', () => { console.log('peace'); process.exit() }); setInterval(() => {}, 1000)`

/** A running service with this code, the output of it and about it, and a function that waits for more output. */
function started(code: string, name = 'one') {
  let output = ''
  let onOutput = () => {}
  const print = (text: string) => {
    output += text
    onOutput()
  }
  writeFileSync(fileOf(name), code)
  const environment = { ...Bun.env, WORD: 'word' }
  const service = startService({ name, entry: `${name}/main.ts` }, { root, environment, claim: claimed, print })
  return {
    service,
    output: () => output,
    untilPrinted: (text: string) =>
      new Promise<void>((resolve) => {
        onOutput = () => output.includes(text) && resolve()
        onOutput()
      }),
  }
}

test('a service is reloaded on a save, started again after it ended, and gets SIGTERM when it is stopped', async () => {
  const { service, output, untilPrinted } = started(`${runForever}; console.log('first ' + Bun.env.WORD)`)
  await untilPrinted('first word')
  writeFileSync(fileOf('one'), `console.log('second'); process.exit(7)`)
  await untilPrinted('ended with code 7; it starts again when you save')
  expect(output()).toContain('second')
  writeFileSync(fileOf('one'), `${runForever}; console.log('third')`)
  await untilPrinted('third')
  await service.stop()
  expect(output()).toContain('peace')
}, 20_000)

test('a service that was killed is started again without a save, and the log names the signal', async () => {
  const mark = `const isAgain = await Bun.file('mark').exists(); await Bun.write('mark', '')`
  const tell = `console.log((isAgain ? 'next process ' : 'process ') + process.pid + '.')`
  const { service, output, untilPrinted } = started(`${mark}; ${tell}; ${runForever}`)
  await untilPrinted('.\n')
  process.kill(Number(/process (\d+)\./.exec(output())?.[1]), 'SIGKILL')
  await untilPrinted('ended by SIGKILL; it starts again when you save one of its files, or in 0.5 s')
  await untilPrinted('next process')
  await service.stop()
}, 20_000)

test('a service that ends repeatedly is started after longer and longer pauses, and at once on a save', async () => {
  const { service, output, untilPrinted } = started(`process.exit(7)`)
  await untilPrinted('in 4 s')
  expect([...output().matchAll(/with code 7.* in ([\d.]+) s/g)].map((match) => match[1])).toEqual([
    '0.5',
    '1',
    '2',
    '4',
  ])
  const saved = performance.now()
  writeFileSync(fileOf('one'), `${runForever}; console.log('mended')`)
  await untilPrinted('mended')
  expect(performance.now() - saved).toBeLessThan(3500)
  await service.stop()
}, 20_000)

test('a service that rejects a setting waits for a save, since the setting does not change', async () => {
  const refusing = started(`console.log('MEDIA_DIR: no'); process.exit(78)`)
  await refusing.untilPrinted('ended with code 78')
  const end = 'ended with code 78: a wrong setting; it starts again when you save one of its files\n'
  expect(refusing.output()).toContain('MEDIA_DIR: no')
  expect(refusing.output()).toEndWith(end)
  // Enough time for another service to be started again.
  const other = started(`process.exit(7)`, 'other')
  await other.untilPrinted('in 1 s')
  await other.service.stop()
  expect(refusing.output()).toEndWith(end)
  writeFileSync(fileOf('one'), `${runForever}; console.log('mended')`)
  await refusing.untilPrinted('mended')
  await refusing.service.stop()
}, 20_000)
