import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { success } from '../http/answers.ts'
import { password, requests } from '../http/client.ts'
import { type OneBox, startOneBox } from '../one-box.ts'
import { type Empty, emptyMachine } from './restored.ts'

const machines: Empty[] = []
let box: OneBox | undefined
beforeAll(async () => void machines.push(await emptyMachine('two databases'), await emptyMachine('two databases')))
afterAll(async () => {
  await box?.stop()
  await Promise.all(machines.map((one) => one.remove()))
})

const serve = async ({ databases, mediaDir }: Empty) => {
  box = await startOneBox({ databases, env: { MEDIA_DIR: mediaDir } })
  const api = requests(box.base)
  const opens = async (token: string, user_id: number) =>
    (await api.get('/user/', { user_id, token })).body.status_code === 0
  const enter = async (how: 'register' | 'login', username: string) =>
    success(await api.post(`/user/${how}/`, { username, password }))
  return { ...api, opens, enter }
}

test('after a restore no token from before opens anything, whether it was given out or ended after the backup', async () => {
  const [here, there] = machines as [Empty, Empty]
  const before = await serve(here)
  const [kept, ended] = [await before.enter('register', 'anna'), await before.enter('login', 'anna')]
  const backup = join(here.mediaDir, 'backup')
  expect((await here.ops('backup', backup)).code).toBe(0)
  success(await before.post('/user/logout', { token: ended.token }))
  const lost = await before.enter('register', 'bob')
  const again = await before.enter('login', 'anna')
  expect([await before.opens(lost.token, lost.user_id), await before.opens(again.token, again.user_id)]).toEqual([
    true,
    true,
  ])

  expect((await there.ops('restore', backup)).code).toBe(0)
  // Where it came from goes on, as the machine that is replaced may.
  const late = await before.enter('register', 'carl')
  await box!.stop()
  const after = await serve(there)
  const [dora, eve] = [await after.enter('register', 'dora'), await after.enter('register', 'eve')]
  expect([dora.user_id, eve.user_id]).toEqual([lost.user_id, late.user_id])
  for (const { token, user_id } of [kept, ended, again, lost, late])
    expect(await after.opens(token, user_id)).toBe(false)
  const anna = await after.enter('login', 'anna')
  expect(anna.user_id).toBe(kept.user_id)
  for (const { token, user_id } of [anna, dora, eve]) expect(await after.opens(token, user_id)).toBe(true)

  await box!.stop()
  const restarted = await serve(there)
  for (const { token, user_id } of [kept, ended, again, lost, late])
    expect(await restarted.opens(token, user_id)).toBe(false)
  for (const { token, user_id } of [anna, dora, eve]) expect(await restarted.opens(token, user_id)).toBe(true)
}, 60_000)
