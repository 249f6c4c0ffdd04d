import { expect, test } from 'bun:test'
import { bodyReceiver } from '../http/request-body.ts'
import { readParameters } from './parameters.ts'

const url = 'http://localhost/douyin/favorite/action/'
const receive = bodyReceiver()
const received = async (request: Request) => {
  if (request.body) await receive(request, 'here')
  return readParameters(request)
}
const read = async (request: Request) => ({ ...(await received(request)) })
const post = (body: Bun.BodyInit, type?: string, query = '') =>
  new Request(`${url}${query}`, { method: 'POST', body, headers: type ? { 'content-type': type } : {} })

test('parameters come from the query, a form, a multipart form or JSON', async () => {
  const form = new FormData()
  form.set('a', '1')
  const parts = new Response(form)
  const type = parts.headers.get('content-type')!
  const bodies = [
    new Request(`${url}?a=1`),
    post('a=1', 'application/x-www-form-urlencoded; charset=utf-8'),
    post('{"a":1}', 'application/json'),
    post(await parts.bytes(), type),
    post(new TextEncoder().encode('a=1')),
  ]
  for (const request of bodies) expect(await read(request)).toEqual({ a: '1' })
})

test('a parameter sent twice has one value: the first, and the query wins over the body', async () => {
  const type = 'application/x-www-form-urlencoded'
  expect(await read(post('a=3&a=4&b=5', type, '?a=1&a=2'))).toEqual({ a: '1', b: '5' })
})

test('any query is parsed as the URL standard parses it', async () => {
  const pieces = 'a b = & %41 % + ~ . - _ ? 爱 %E7%88 %00 action_type 1'.split(' ')
  const piece = () => pieces[Math.floor(Math.random() * pieces.length)]
  const queries = Array.from({ length: 2000 }, () => Array.from({ length: Math.random() * 8 }, piece).join(''))
  for (const query of [...queries, 'video_id=1&action_type=2&token=a.b-c_d', 'a', 'a=', '=a', 'a=b=c', '&&a=1&']) {
    const first: Record<string, string> = {}
    for (const [key, value] of new URL(`${url}?${query}#c=d`).searchParams) first[key] ??= value
    expect([query, await read(new Request(`${url}?${query}#c=d`))]).toEqual([query, first])
  }
})

test('a body that is malformed or not an object is rejected', async () => {
  const reasonOf = {
    '{"a":': 'JSON_BROKEN',
    '[1]': 'JSON_NOT_OBJECT',
    null: 'JSON_NOT_OBJECT',
    '"a"': 'JSON_NOT_OBJECT',
  }
  for (const [body, reason] of Object.entries(reasonOf)) {
    await expect(received(post(body, 'application/json'))).rejects.toMatchObject({ reason })
  }
  await expect(received(post('x', 'multipart/form-data'))).rejects.toMatchObject({ reason: 'MULTIPART_BROKEN' })
})

test('JSON text that UTF-8 cannot encode is rejected, not replaced', async () => {
  const bodies = ['{"a":"a\\ud800b"}', '{"a":"\\udc00"}', '{"a":"\\udc00\\ud800"}', '{"b":1,"a":"x\\uDBFF"}']
  for (const body of bodies)
    await expect(received(post(body, 'application/json'))).rejects.toMatchObject({ reason: 'JSON_LONE_SURROGATE' })
  const invalidUtf8 = new Uint8Array([...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])
  await expect(received(post(invalidUtf8, 'application/json'))).rejects.toMatchObject({ reason: 'JSON_BROKEN' })
  expect(await read(post('{"a":"\\ud83d\\ude00 \ufffd"}', 'application/json'))).toEqual({ a: '😀 \ufffd' })
})

test('names that are special in JavaScript are ordinary names', async () => {
  const parameters = await received(post('{"__proto__":"x","constructor":"y","a":{"b":1}}', 'application/json'))
  expect(Object.keys(parameters).sort()).toEqual(['__proto__', 'constructor'])
  expect(({} as Record<string, unknown>).x).toBeUndefined()
})

test('a body over 1 MiB is too large, whatever length it claims', async () => {
  await expect(received(post('a='.padEnd(1_100_000, 'x'), 'application/x-www-form-urlencoded'))).rejects.toMatchObject({
    reason: 'REQUEST_TOO_LARGE',
  })
})
