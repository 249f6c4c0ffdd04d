import { afterAll, beforeAll, expect, test } from 'bun:test'
import { isField } from '@douyin/proto'
import type { JsonSchema } from '../../web-srv/src/api-docs/json-schema.ts'
import type { OpenApi } from '../../web-srv/src/api-docs/openapi.ts'
import type { Operation } from '../../web-srv/src/api-docs/openapi-operation.ts'
import { en } from '../../web-srv/src/i18n/en.ts'
import { zh } from '../../web-srv/src/i18n/zh.ts'
import { namesOf } from '../checked-api.ts'
import { type Api, inTurns, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'

let api: Api
let person: Person
let good: Record<string, string>
let operations: { path: string; method: string; names: string[]; required: string[] }[]
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  person = await api.person()
  const other = await api.person()
  const video = await api.video(other)
  const ids = { user_id: other.id, to_user_id: other.id, video_id: video.id, comment_id: 1 }
  const texts = { username: 'nobody', password: 'not hers 1', new_password: 'another 12', title: 'a', content: 'a' }
  const rest = { comment_text: 'a', action_type: 1, limit: 1, time: 1, cover_time: 1, send_id: 'a', upload_id: 'a' }
  good = Object.fromEntries(Object.entries({ ...ids, ...texts, ...rest }).map(([name, value]) => [name, String(value)]))
  const described = (await (await fetch(`${api.stack.base}/openapi.json`)).json()) as OpenApi
  operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    path.startsWith('/douyin/') && !/socket|logout/.test(path)
      ? Object.entries(methods).map(([method, one]) => ({ path, method: method.toUpperCase(), ...parametersOf(one) }))
      : [],
  )
}, startLimitMs)
afterAll(() => api?.close())

/** The parameters of an endpoint, and those that are required with an action_type of 1. */
function parametersOf(operation: Operation): { names: string[]; required: string[] } {
  const { parameters = [], requestBody } = operation
  const [body] = Object.values(requestBody?.content ?? {})
  const chosen = typeof body?.schema.then === 'object' ? body.schema.then : undefined
  const inQuery = parameters.flatMap(({ name, required }) => (required ? [name] : []))
  const names = namesOf(operation).filter((name) => name in good)
  return {
    names: [...names, 'token'],
    required: [...inQuery, ...(body?.schema.required ?? []), ...(chosen?.required ?? [])],
  }
}

const json = (value: unknown): RequestInit => ({
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
})

function multipart(fields: Record<string, string>): RequestInit {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return { body }
}

/** The ways to send parameters. A POST allows all of them, a GET only the first. */
const carriers: ((fields: Record<string, string>) => [query: Record<string, string>, init: RequestInit])[] = [
  (fields) => [fields, {}],
  (fields) => [{}, { body: new URLSearchParams(fields) }],
  (fields) => [{}, multipart(fields)],
  (fields) => [{}, json(fields)],
]

const wrongValues = [
  '',
  ' ',
  'abc',
  '0',
  '-1',
  '1.5',
  '1e9',
  '99999999999',
  '\0',
  '标题 🎬',
  'x'.repeat(3000),
  '3',
  'null',
  '[]',
]
const wrongInJson = [null, true, 0, -1, 1.5, 1e21, 7, [], ['1'], {}, { id: 1 }]

/** Valid values for these parameters, and a token. */
const validFor = (names: string[]): Record<string, string> => ({
  ...Object.fromEntries(names.flatMap((name) => (name in good ? [[name, good[name]!]] : []))),
  token: person.token,
})

const isUpload = (path: string) => path === '/douyin/publish/action/'

async function film(fields: Record<string, string>): Promise<RequestInit> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('data', await clip('tiny.mp4'), 'a.mp4')
  return { body }
}

type Ask = (language: string) => Promise<Response>

function ask(method: string, path: string, query: Record<string, string>, init: RequestInit = {}): Ask {
  const headers = (language: string) => ({ ...(init.headers as Record<string, string>), 'accept-language': language })
  const url = `${api.stack.base}${path}?${new URLSearchParams(query)}`
  return (language) => fetch(url, { ...init, method, redirect: 'manual', headers: headers(language) })
}

/** The sentences that say no more than a status code. */
const generic = [en.INTERNAL({}), en.INVALID_ARGUMENT({}), en.NOT_FOUND({}), en.PERMISSION_DENIED({}), en.UNKNOWN({})]

/** The problem of the message of an answer, in English or Chinese, if there is one. */
async function complaint(what: string, question: Ask): Promise<string[]> {
  const [english, chinese] = await Promise.all(
    ['en', 'zh'].map(async (language) => sentenceOf(await question(language))),
  )
  if (english === 'success' || chinese === 'success') return []
  const isSpecific = !generic.includes(english!) && !/expected|received|invalid|undefined/i.test(english!)
  // Two English words in a row are no Chinese message; names of parameters and formats are single words.
  const isChinese = /\p{Script=Han}/u.test(chinese!) && !/[a-z]+ [a-z]+/i.test(chinese!)
  return isSpecific && isChinese ? [] : [`${what}: ${english} | ${chinese}`]
}

async function sentenceOf(answer: Response): Promise<string> {
  const text = await answer.text()
  return text.startsWith('{') ? JSON.parse(text).status_msg : text
}

const complaints = async (asks: [string, Ask][]) =>
  (await inTurns(asks.length, 8, (i) => complaint(...asks[i]!))).flat()

test('a missing, empty or wrong parameter is answered with a message of the catalogue, in the requested language', async () => {
  const asks = operations.flatMap(({ path, method, names }) => {
    const valid = validFor(names)
    const ways = method === 'GET' ? carriers.slice(0, 1) : carriers
    return names.flatMap((name): [string, Ask][] => {
      const { [name]: _, ...without } = valid
      const texts = [without, ...wrongValues.map((value) => ({ ...valid, [name]: value }))]
      const inText = texts.map((fields, i): [string, Ask] => {
        const [query, init] = ways[i % ways.length]!(fields)
        return [`${method} ${path} ${name}=${fields[name]?.slice(0, 20)}`, ask(method, path, query, init)]
      })
      if (method === 'GET') return inText
      const values = wrongInJson.map((value): [string, Ask] => [
        `${method} ${path} ${name}: ${JSON.stringify(value)}`,
        ask(method, path, {}, json({ ...valid, [name]: value })),
      ])
      return [...inText, ...values]
    })
  })
  expect(asks.length).toBeGreaterThan(1000)
  expect(await complaints(asks)).toEqual([])
}, 120_000)

test('a missing or empty required parameter is named in the requested language', async () => {
  const cases = operations.flatMap(({ path, method, names, required }) =>
    required.flatMap((name) => (names.includes(name) ? [{ path, method, names, name }] : [])),
  )
  expect(cases.length).toBeGreaterThan(25)
  const wrong = await inTurns(cases.length, 8, async (i) => {
    const { path, method, names, name } = cases[i]!
    const { [name]: _, ...valid } = validFor(names)
    const sentence = async (query: Record<string, string>, language: string) =>
      sentenceOf(await ask(method, path, query, isUpload(path) ? await film({}) : {})(language))
    const isText = ['username', 'password', 'new_password', 'title', 'comment_text', 'content'].includes(name)
    const queries = isText ? [valid] : [valid, { ...valid, [name]: '' }]
    const messages = await Promise.all(queries.flatMap((query) => [sentence(query, 'en'), sentence(query, 'zh')]))
    if (!isField(name)) return [`${path} ${name} is no field of proto/reasons.ts`]
    const chinese = zh.PARAMETER_MISSING({ field: name })
    return Bun.deepEquals(
      messages,
      queries.flatMap(() => [`${name} is required`, chinese]),
    )
      ? []
      : [`${path} ${messages}`]
  })
  expect(wrong.flat()).toEqual([])
}, 60_000)

test('an empty optional parameter is treated as missing', async () => {
  const meant = ['cursor', 'signature']
  const cases = operations.flatMap(({ path, method, names, required }) =>
    names.flatMap((name) =>
      [...required, ...meant, 'token'].includes(name) ? [] : [{ path, method, names: required, name }],
    ),
  )
  expect(cases.map(({ path, name }) => `${path} ${name}`)).toContain('/douyin/user/ user_id')
  const wrong = await inTurns(cases.length, 1, async (i) => {
    const { path, method, names, name } = cases[i]!
    const answers = [validFor(names), { ...validFor(names), [name]: '' }].map(async (query) =>
      (await ask(method, path, query, isUpload(path) ? await film({}) : {})('en')).text(),
    )
    const [without, empty] = (await Promise.all(answers)).map((text) => text.replace(/"id":\d+/g, ''))
    return without === empty ? [] : [`${path} ${name}: ${without} | ${empty}`]
  })
  expect(wrong.flat()).toEqual([])
}, 60_000)

test('an unknown action_type is answered with the known ones', async () => {
  const isSwitch = ({ names }: { names: string[] }) => names.includes('action_type')
  for (const { path, method, names } of operations.filter(isSwitch))
    for (const action_type of ['0', '3', 'like', '1.0', 'null']) {
      const question = ask(method, path, { ...validFor(names), action_type })
      const isMessage = path === '/douyin/message/action/'
      expect(await sentenceOf(await question('en'))).toBe(`action_type must be ${isMessage ? '1' : '1 or 2'}`)
      expect(await sentenceOf(await question('zh'))).toBe(`action_type 必须是 ${isMessage ? '1' : '1 或 2'}`)
    }
})

test('a body that is broken, too large or of another type is answered with a message of the catalogue', async () => {
  const typed = (type: string, body: string): RequestInit => ({ body, headers: { 'content-type': type } })
  const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  const upload = (data: Blob | string, more = {}) => {
    const body = new FormData()
    for (const [name, value] of Object.entries({ token: person.token, title: 'a', ...more, data }))
      body.append(name, value)
    return { body }
  }
  const bodies: RequestInit[] = [
    ...['{', '[]', 'null', '"a"', '1', '{"a":', '\0', '{"a":1}x'].map((text) => typed('application/json', text)),
    ...['', 'x', '--x', '--x\r\n\r\n', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb'].flatMap((text) =>
      ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=x'].map((type) =>
        typed(type, text),
      ),
    ),
    typed('text/plain', '%zz=%ff&%'),
    typed('application/octet-stream', '\xff\xfe'),
    typed('application/x-www-form-urlencoded', 'a'.repeat(2 << 20)),
    upload('a plain field'),
    upload(new File([], 'empty.mp4')),
    upload(new File(['no video'], 'a.mp4')),
    upload(new File([film.slice(0, film.length / 2)], 'a.mp4')),
    upload(new File([film.slice(0, 100), new Uint8Array(5000)], 'a.mp4')),
    upload(new File([film], 'a.mp4'), { cover_time: '-1' }),
    upload(new File([film], 'a.mp4'), { title: ' '.repeat(3000) }),
    upload(new File([film], 'a.mp4'), Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, '']))),
    upload(new File([film], 'a.mp4'), { more: 'x'.repeat(70_000) }),
  ]
  const posts = operations.filter(({ method }) => method === 'POST')
  const asks = posts.flatMap(({ path, method }) =>
    bodies.map((init, i): [string, Ask] => [`${path} body ${i}`, ask(method, path, { token: person.token }, init)]),
  )
  const avatars = ['', 'no picture', 'GIF89a'].map((text): [string, Ask] => {
    const body = new FormData()
    body.append('avatar', new File([text], 'a.png'))
    return [`avatar ${text}`, ask('POST', '/douyin/user/update/', { token: person.token }, { body })]
  })
  expect(await complaints([...asks, ...avatars])).toEqual([])
}, 120_000)

test('an unknown path or method is answered with a message of the catalogue', async () => {
  const asks: [string, Ask][] = [
    ...['/douyin', '/douyin/nothing/', '/nothing', '/douyin/%zz', '/%ff', '/douyin/feed/%'].map(
      (path): [string, Ask] => [path, ask('GET', path, {})],
    ),
    ...operations.map(({ path, method }): [string, Ask] => [
      `other method ${path}`,
      ask(method === 'GET' ? 'POST' : 'GET', path, {}),
    ]),
    ['PUT', ask('PUT', '/douyin/feed/', {})],
    ['a socket without an upgrade', ask('GET', '/douyin/message/socket/', {})],
  ]
  expect(await complaints(asks)).toEqual([])
})

test('the smallest and largest described values are not rejected as wrong parameters', async () => {
  const described = (await (await fetch(`${api.stack.base}/openapi.json`)).json()) as OpenApi
  const cases = operations.flatMap(({ path, method, required }) => {
    const { parameters = [], requestBody } = described.paths[path]![method.toLowerCase()]!
    const [body] = Object.values(requestBody?.content ?? {})
    const fields = [
      ...parameters.map(({ name, schema }) => ({ name, schema })),
      ...Object.entries(body?.schema.properties ?? {}).map(([name, schema]) => ({
        name,
        schema: schema as JsonSchema,
      })),
    ]
    return fields.flatMap(({ name, schema }) =>
      edgesOf(schema).map((value) => ({
        path,
        method,
        query: { ...validFor(required), comment_id: '1', [name]: value },
      })),
    )
  })
  expect(cases.length).toBeGreaterThan(80)
  const wrong = await inTurns(cases.length, 8, async (i) => {
    const { path, method, query } = cases[i]!
    const answer = await ask(method, path, query, isUpload(path) ? await film({}) : {})('en')
    const { status_code, status_msg } = (await answer.json()) as { status_code: number; status_msg: string }
    // These failures do not depend on the length or range of the value.
    const isOther = /too common|another list|to yourself|follow yourself/.test(status_msg)
    return status_code === 4 && !isOther ? [`${path} ${JSON.stringify(query).slice(0, 200)}: ${status_msg}`] : []
  })
  expect(wrong.flat()).toEqual([])
}, 60_000)

/** The smallest and largest values that a schema allows. */
function edgesOf({
  type,
  format,
  enum: some,
  minimum,
  maximum,
  minLength = 0,
  maxLength,
  pattern,
}: JsonSchema): string[] {
  if (format === 'binary') return []
  if (some) return some.map(String)
  const width = format === 'int32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER
  if (type === 'integer') return [minimum ?? -width, maximum ?? width].map(String)
  const longest = maxLength ?? 64
  const isWord = pattern?.includes('\\w') ?? false
  return isWord ? ['x', 'x'.repeat(64)] : ['x'.repeat(minLength), '文'.repeat(longest), '🎬'.repeat(longest)]
}
