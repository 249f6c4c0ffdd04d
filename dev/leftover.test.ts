import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from './leftover.ts'
import { birthOf, isAlive } from './processes.ts'

const dir = mkdtempSync(join(tmpdir(), 'douyin-leftover-'))
afterAll(() => rmSync(dir, { recursive: true }))

const gone = { name: 'owner', pid: process.pid, birth: 'before this one' }

test('a process that a killed owner left running is stopped', async () => {
  const child = sleeper()
  leave([{ name: 'web-srv', pid: child.pid, birth: birthOf(child.pid) }])
  const messages: string[] = []
  const claimed = await claim(dir, (line) => messages.push(line))
  expect(await child.exited).toBe(143)
  expect(messages).toEqual([`stopping web-srv (process ${child.pid}), left over from a run that was killed`])
  claimed.release()
})

test('a process with a recycled id is left alone', async () => {
  const stranger = sleeper()
  const birth = birthOf(stranger.pid) ?? ''
  leave([{ name: 'web-srv', pid: stranger.pid, birth: `${birth}0` }])
  const claimed = await claim(dir)
  expect(isAlive({ name: 'stranger', pid: stranger.pid, birth })).toBe(true)
  stranger.kill()
  claimed.release()
})

test('a folder whose owner is alive cannot be claimed until it is released', async () => {
  const claimed = await claim(dir)
  await expect(claim(dir)).rejects.toThrow(`process ${process.pid} is still running`)
  claimed.release()
  const again = await claim(dir)
  again.release()
})

test('a note that cannot be read counts as none', async () => {
  writeFileSync(join(dir, 'running.json'), '{')
  const claimed = await claim(dir)
  claimed.release()
})

function sleeper() {
  return Bun.spawn(['sleep', '60'], { detached: true })
}

function leave(children: unknown[]): void {
  writeFileSync(join(dir, 'running.json'), JSON.stringify({ owner: gone, children }))
}
