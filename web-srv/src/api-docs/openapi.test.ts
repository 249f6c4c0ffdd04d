import { describe, expect, test } from 'bun:test'
import type { Feed, User } from '@douyin/proto'
import { app } from '../app.ts'
import { rateLimit } from '../auth/rate-limit.ts'
import { sessions } from '../auth/session.ts'
import { inbox } from '../chat/inbox.ts'
import type { MediaPipeline } from '../media/upload/accept.ts'
import type { JsonSchema } from './json-schema.ts'
import { type OpenApi, openApi } from './openapi.ts'
import type { Answer } from './openapi-operation.ts'

const api = await app({ user: {}, feed: {} } as unknown as { user: User; feed: Feed }, {
  session: sessions('a secret of at least thirty-two bytes'),
  inbox: inbox({
    listInbox: async () => ({ messages: [] }),
    listMessagesSince: async () => ({ messages: [], last_id: 0 }),
  }),
  media: { storage: { read: async () => undefined } } as unknown as MediaPipeline,
  rateLimit: rateLimit(false),
  baseUrl: () => 'http://192.168.1.20:8080',
  timeZone: 'UTC',
  isReady: async () => true,
  log: { info: () => {}, error: () => {} },
})
const get = (path: string, headers?: Bun.HeadersInit) => api.handle(new Request(`http://localhost${path}`, { headers }))
const document = (await (await get('/openapi.json')).json()) as OpenApi
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

const bodyOf = (path: string, type: string): JsonSchema =>
  document.paths[path]!.post!.requestBody!.content[type]!.schema

/** Each schema in the description, with the name of its property or parameter. */
function schemasIn(value: unknown, name = ''): { name: string; schema: JsonSchema }[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'type' in value ? [{ name, schema: value as JsonSchema }] : []
  const isParameter = 'in' in value && 'name' in value && typeof value.name === 'string'
  const within = Object.entries(value).flatMap(([key, inner]) => {
    const isWord = ['schema', 'items', 'enum', 'examples'].includes(key)
    return schemasIn(inner, isParameter ? String(value.name) : isWord ? name : key)
  })
  return [...own, ...within]
}

describe('/openapi.json', () => {
  test('describes every route under /douyin, the files and the health checks, and nothing else', () => {
    const isOfApi = (path: string) => /^\/(douyin|static)\/|^\/(healthz|readyz)$/.test(path)
    const routes = api.routes.filter(({ path }) => isOfApi(path))
    const spelled = routes.map(({ method, path }) => `${method === 'WS' ? 'GET' : method} ${path.replace(/\/$/, '')}`)
    const written = operations.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\/$/, '')}`)
    expect(written.map((one) => one.replace(/\{(\w+)\}/g, ':$1')).toSorted()).toEqual(spelled.toSorted())
  })

  test('meets OpenAPI 3.1: title and version, unique operations, responses, and the parameters of each path', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    })
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = document.tags.map((tag) => tag.name)
    for (const { path, operation } of operations) {
      expect(operation.summary, path).not.toBe('')
      expect(Object.keys(operation.responses), path).not.toEqual([])
      expect(operation.tags.every((tag) => tags.includes(tag))).toBe(true)
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => `{${one.name}}`)
      expect(inPath, path).toEqual(path.match(/\{\w+\}/g) ?? [])
      const names = (operation.parameters ?? []).map((one) => `${one.in} ${one.name}`)
      expect(new Set(names).size, path).toBe(names.length)
      const schemes = (operation.security ?? []).flatMap((one) => Object.keys(one))
      expect(schemes.every((scheme) => scheme in document.components.securitySchemes)).toBe(true)
    }
  })

  test('has no dangling reference and no unused component', () => {
    const referred = new Set(JSON.stringify(document).match(/#\/components\/\w+\/\w+/g))
    const { schemas, responses } = document.components
    const there = [
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
    ]
    expect([...referred].toSorted()).toEqual(there.toSorted())
  })

  test('states that each URL may be a path', () => {
    const { User, Video } = document.components.schemas
    const urls = [User?.properties?.avatar, User?.properties?.background_image, Video?.properties?.play_url]
    expect(urls).toMatchObject(urls.map(() => ({ type: 'string', format: 'uri-reference' })))
  })

  test('states the limits of each parameter', () => {
    const { parameters, security } = document.paths['/douyin/comment/list/']!.get!
    expect(security).toEqual([{}, { token: [] }, { bearer: [] }])
    expect(parameters).toMatchObject([
      { name: 'video_id', in: 'query', required: true, schema: { type: 'integer', minimum: 1, maximum: 2147483647 } },
      { name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 100 } },
      { name: 'cursor', required: false, schema: { type: 'string' } },
    ])
    const schema = bodyOf('/douyin/comment/action/', 'application/x-www-form-urlencoded')
    expect(Object.keys(schema.properties ?? {})).toEqual(
      expect.arrayContaining(['action_type', 'video_id', 'comment_text', 'send_id', 'comment_id']),
    )
    expect(schema.properties?.action_type).toEqual({ type: 'integer', format: 'int32', enum: [1, 2] })
    expect(schema.required).toEqual(['action_type', 'video_id'])
    expect([schema.then, schema.else]).toEqual([{ required: ['comment_text'] }, { required: ['comment_id'] }])
  })

  test('describes the two uploads', () => {
    const upload = bodyOf('/douyin/publish/action/', 'multipart/form-data')
    expect(upload).toMatchObject({
      required: ['title', 'data'],
      properties: { title: { minLength: 1, maxLength: 255 } },
    })
    const { properties = {} } = bodyOf('/douyin/user/update/', 'multipart/form-data')
    expect(Object.keys(properties)).toEqual(['name', 'signature', 'avatar', 'background_image'])
    for (const file of [upload.properties?.data, properties.avatar, properties.background_image])
      expect(file).toMatchObject({ type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' })
  })

  test('states the width of each integer: 32 bits for ids and counts, 64 bits for times and bytes', () => {
    const integers = schemasIn(document).filter(({ schema }) => schema.type === 'integer')
    expect(integers.length).toBeGreaterThan(80)
    const isLong = (name: string) =>
      /time$|_bytes$|^after$|^total_favorited$|_per_day$|^(?:video|upload)_(?:seconds|side|fps)$/.test(name)
    const wrong = integers.filter(({ name, schema }) => schema.format !== (isLong(name) ? 'int64' : 'int32'))
    expect(wrong).toEqual([])
    const ids = integers.filter(({ name }) => /(?:^|_)id$/.test(name))
    expect(ids.filter(({ schema }) => schema.maximum !== 2 ** 31 - 1)).toEqual([])
  })

  test('has each parameter once: in the query for GET, in the form for POST, which is required if a field is', () => {
    for (const { path, method, operation } of operations.filter((one) => one.path.startsWith('/douyin/'))) {
      const { parameters = [], requestBody } = operation
      if (method === 'get') expect(requestBody, path).toBeUndefined()
      if (method !== 'post') continue
      expect(parameters, path).toEqual([])
      const bodies = Object.values(requestBody?.content ?? {})
      expect(bodies.length, path).toBeLessThanOrEqual(1)
      for (const { schema } of bodies) {
        expect(Object.keys(schema.properties ?? {}), path).toEqual(expect.arrayContaining(schema.required ?? []))
        expect(requestBody?.required, path).toBe((schema.required ?? []).length > 0)
      }
    }
  })

  test('describes each response as one object that allows further keys', () => {
    for (const { path, operation } of operations.filter((one) => one.path.startsWith('/douyin/'))) {
      const answer = operation.responses['200']
      if (!answer) continue
      const { schema } = ('content' in answer && answer.content?.['application/json']) || {}
      expect(schema, path).toMatchObject({ type: 'object', title: expect.stringMatching(/^\w+Answer$/) })
      expect(schema?.required, path).toEqual(expect.arrayContaining(['status_code', 'status_msg']))
    }
    const answers = [document.components, ...operations.map(({ operation }) => operation.responses)]
    const objects = answers.flatMap((one) => schemasIn(one)).filter(({ schema }) => schema.type === 'object')
    expect(objects.length).toBeGreaterThan(30)
    expect(objects.filter(({ schema }) => schema.additionalProperties !== true)).toEqual([])
    expect(JSON.stringify(document)).not.toMatch(/"(?:oneOf|anyOf|allOf)":/)
  })

  test('lists the values of enums, with success among the status codes', () => {
    const { StatusCode, Friend } = document.components.schemas
    expect(StatusCode).toMatchObject({ type: 'integer', enum: expect.arrayContaining([0, 1, 4, 10]) })
    expect(Friend?.properties?.msgType).toMatchObject({ type: 'integer', enum: [0, 1] })
  })

  test('allows user_id 0 in a failure, and states the other keys of a failure', () => {
    const answer = document.paths['/douyin/user/login/']!.post!.responses['200']!
    const { description, content } = answer as Answer
    expect(description).toBe('Success, or a failure of business; then `user_id` is 0, `token` is "".')
    expect(content!['application/json']!.schema).toMatchObject({
      required: ['status_code', 'status_msg', 'user_id', 'token'],
      properties: { user_id: { minimum: 0, format: 'int32' } },
    })
  })

  test('is sent again only after a change', async () => {
    const etag = (await get('/openapi.json')).headers.get('etag')!
    expect((await get('/openapi.json', { 'if-none-match': etag })).status).toBe(304)
  })

  test('leaves out a route without a spec or detail', () => {
    const silent = [{ method: 'GET', path: '/douyin/silent', handler: () => '', hooks: {} }]
    expect(openApi(silent, '1.0.0').paths).toEqual({})
  })
})

describe('/docs', () => {
  test('shows each operation and object, and has no broken link within the page', async () => {
    const page = await (await get('/docs')).text()
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(operations.map(({ operation }) => operation.operationId)))
    expect(ids).toEqual(expect.arrayContaining(['User', 'Video', 'Comment', 'Friend', 'Message']))
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id!)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('loads nothing from another origin and runs no script', async () => {
    const answer = await get('/docs')
    expect(answer.headers.get('content-security-policy')).toStartWith("default-src 'none'; style-src 'self';")
    const page = await answer.text()
    expect(page).not.toMatch(/<script|\son\w+=|\sstyle=|(?:src|href)="(?:https?:)?\/\//)
    const style = await get(/href="(\/docs-\w+\.css)"/.exec(page)![1]!)
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
    expect(await style.text()).not.toMatch(/url\(|@import/)
  })

  test('shows the keys of a response, and those of a failure', async () => {
    const page = await (await get('/docs')).text()
    expect(page).toContain('then <code>video_list</code> is [], <code>next_time</code> is 0.')
    expect(page).toContain('<b>video_list</b>: [<a href="#Video">Video</a>]')
    expect(page).toContain('-d comment_text=nice')
    expect(page).toContain('-F data=@clip.mp4')
  })

  test('shows commands with the address that the caller used', async () => {
    const page = await (await get('/docs')).text()
    expect(page).toContain('curl &#x27;http://192.168.1.20:8080/douyin/feed/&#x27;')
  })
})
