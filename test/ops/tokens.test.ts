import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { success } from '../http/answers.ts'
import { password, requests } from '../http/client.ts'
import { type OneBox, startOneBox } from '../one-box.ts'
import { type EmptyMachine, emptyMachine } from './empty-machine.ts'

const machines: EmptyMachine[] = []
let box: OneBox | undefined
beforeAll(async () => void machines.push(await emptyMachine('two databases'), await emptyMachine('two databases')))
afterAll(async () => {
  await box?.stop()
  await Promise.all(machines.map((one) => one.remove()))
})

const serve = async ({ databases, mediaDir }: EmptyMachine) => {
  box = await startOneBox({ databases, env: { MEDIA_DIR: mediaDir } })
  const api = requests(box.base)
  const isValid = async (token: string, user_id: number) =>
    (await api.get('/user/', { user_id, token })).body.status_code === 0
  const signIn = async (how: 'register' | 'login', username: string) =>
    success(await api.post(`/user/${how}/`, { username, password }))
  return { ...api, isValid, signIn }
}

test('after a restore no earlier token is valid, whether it was issued or revoked before or after the backup', async () => {
  const [here, there] = machines as [EmptyMachine, EmptyMachine]
  const before = await serve(here)
  const [kept, ended] = [await before.signIn('register', 'anna'), await before.signIn('login', 'anna')]
  const backup = join(here.mediaDir, 'backup')
  expect((await here.ops('backup', backup)).code).toBe(0)
  success(await before.post('/user/logout', { token: ended.token }))
  const lost = await before.signIn('register', 'bob')
  const again = await before.signIn('login', 'anna')
  expect([await before.isValid(lost.token, lost.user_id), await before.isValid(again.token, again.user_id)]).toEqual([
    true,
    true,
  ])

  expect((await there.ops('restore', backup)).code).toBe(0)
  // The original installation keeps running, as a machine that is being replaced may.
  const late = await before.signIn('register', 'carl')
  await box!.stop()
  const after = await serve(there)
  const [dora, eve] = [await after.signIn('register', 'dora'), await after.signIn('register', 'eve')]
  expect([dora.user_id, eve.user_id]).toEqual([lost.user_id, late.user_id])
  for (const { token, user_id } of [kept, ended, again, lost, late])
    expect(await after.isValid(token, user_id)).toBe(false)
  const anna = await after.signIn('login', 'anna')
  expect(anna.user_id).toBe(kept.user_id)
  for (const { token, user_id } of [anna, dora, eve]) expect(await after.isValid(token, user_id)).toBe(true)

  await box!.stop()
  const restarted = await serve(there)
  for (const { token, user_id } of [kept, ended, again, lost, late])
    expect(await restarted.isValid(token, user_id)).toBe(false)
  for (const { token, user_id } of [anna, dora, eve]) expect(await restarted.isValid(token, user_id)).toBe(true)
}, 60_000)
