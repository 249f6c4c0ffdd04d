import { describe, expect, test } from 'bun:test'
import type { Feed, User } from '@douyin/proto'
import { app } from './app.ts'
import { inbox } from './inbox.ts'
import type { Studio } from './media/accept.ts'
import { type OpenApi, openApi } from './openapi.ts'
import { rateLimit } from './rate-limit.ts'
import { sessions } from './session.ts'

const api = await app({ user: {}, feed: {} } as unknown as { user: User; feed: Feed }, {
  session: sessions('a secret of at least thirty-two bytes'),
  inbox: inbox({
    listInbox: async () => ({ messages: [] }),
    listMessagesSince: async () => ({ messages: [], last_id: 0 }),
  }),
  studio: { storage: { read: async () => undefined } } as unknown as Studio,
  rateLimit: rateLimit(false),
  baseUrl: () => 'http://192.168.1.20:8080',
  timeZone: 'UTC',
  isReady: async () => true,
  log: { info: () => {}, error: () => {} },
})
const get = (path: string, headers?: HeadersInit) => api.handle(new Request(`http://localhost${path}`, { headers }))
const described = (await (await get('/openapi.json')).json()) as OpenApi
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe('/openapi.json', () => {
  test('holds every route under /douyin, the files and the health checks, and nothing else', () => {
    const isOfApi = (path: string) => /^\/(douyin|static)\/|^\/(healthz|readyz)$/.test(path)
    const routes = api.routes.filter(({ path }) => isOfApi(path))
    const spelled = routes.map(({ method, path }) => `${method === 'WS' ? 'GET' : method} ${path.replace(/\/$/, '')}`)
    const written = operations.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\/$/, '')}`)
    expect(written.map((one) => one.replace(/\{(\w+)\}/g, ':$1')).toSorted()).toEqual(spelled.toSorted())
  })

  test('is what OpenAPI 3.1 asks for: who it is, unique operations, answers, parameters of their paths', () => {
    expect(described.openapi).toMatch(/^3\.1\.\d$/)
    expect(described.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    })
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = described.tags.map((tag) => tag.name)
    for (const { path, operation } of operations) {
      expect(operation.summary, path).not.toBe('')
      expect(Object.keys(operation.responses), path).not.toEqual([])
      expect(operation.tags.every((tag) => tags.includes(tag))).toBe(true)
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => `{${one.name}}`)
      expect(inPath, path).toEqual(path.match(/\{\w+\}/g) ?? [])
      const names = (operation.parameters ?? []).map((one) => `${one.in} ${one.name}`)
      expect(new Set(names).size, path).toBe(names.length)
      const schemes = (operation.security ?? []).flatMap((one) => Object.keys(one))
      expect(schemes.every((scheme) => scheme in described.components.securitySchemes)).toBe(true)
    }
  })

  test('refers to nothing that is not there, and has nothing to which nobody refers', () => {
    const referred = new Set(JSON.stringify(described).match(/#\/components\/\w+\/\w+/g))
    const { schemas, responses } = described.components
    const there = [
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
    ]
    expect([...referred].toSorted()).toEqual(there.toSorted())
  })

  test('says of each parameter what it is checked for', () => {
    const { parameters, security } = described.paths['/douyin/comment/list/']!.get!
    expect(security).toEqual([{}, { token: [] }, { bearer: [] }])
    expect(parameters).toMatchObject([
      { name: 'video_id', in: 'query', required: true, schema: { type: 'integer', minimum: 1, maximum: 2147483647 } },
      { name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 100 } },
      { name: 'cursor', required: false, schema: { type: 'string' } },
    ])
    const { parameters: given, requestBody } = described.paths['/douyin/comment/action/']!.post!
    expect(given?.map(({ name, required }) => [name, required])).toEqual(
      ['action_type', 'video_id', 'comment_text', 'send_id', 'comment_id'].map((name) => [name, false]),
    )
    expect(given?.[0]?.schema).toEqual({ type: 'integer', enum: [1, 2] })
    expect(requestBody?.content['application/x-www-form-urlencoded']?.schema.oneOf).toMatchObject([
      { required: ['action_type', 'video_id', 'comment_text'] },
      { required: ['action_type', 'video_id', 'comment_id'] },
    ])
  })

  test('knows the two uploads', () => {
    const body = (path: string) => described.paths[path]!.post!.requestBody
    expect(body('/douyin/publish/action/')?.content['multipart/form-data']?.schema).toMatchObject({
      required: ['title', 'data'],
      properties: { data: { contentMediaType: 'application/octet-stream' }, title: { minLength: 1, maxLength: 255 } },
    })
    const { properties = {} } = body('/douyin/user/update/')?.content['multipart/form-data']?.schema ?? {}
    expect(Object.keys(properties)).toEqual(['name', 'signature', 'avatar', 'background_image'])
  })

  test('is asked for again only when it has changed', async () => {
    const etag = (await get('/openapi.json')).headers.get('etag')!
    expect((await get('/openapi.json', { 'if-none-match': etag })).status).toBe(304)
  })

  test('has no route that says nothing of itself', () => {
    const silent = [{ method: 'GET', path: '/douyin/silent', handler: () => '', hooks: {} }]
    expect(openApi(silent, '1.0.0').paths).toEqual({})
  })
})

describe('/docs', () => {
  test('shows each operation and object, and each link in it leads somewhere', async () => {
    const page = await (await get('/docs')).text()
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(operations.map(({ operation }) => operation.operationId)))
    expect(ids).toEqual(expect.arrayContaining(['User', 'Video', 'Comment', 'Friend', 'Message']))
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id!)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('needs nothing from elsewhere and runs no script', async () => {
    const answer = await get('/docs')
    expect(answer.headers.get('content-security-policy')).toStartWith("default-src 'none'; style-src 'self';")
    const page = await answer.text()
    expect(page).not.toMatch(/<script|\son\w+=|\sstyle=|(?:src|href)="(?:https?:)?\/\//)
    const style = await get(/href="(\/docs-\w+\.css)"/.exec(page)![1]!)
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
    expect(await style.text()).not.toMatch(/url\(|@import/)
  })

  test('gives commands for the address at which the caller reaches us', async () => {
    const page = await (await get('/docs')).text()
    expect(page).toContain('curl &#x27;http://192.168.1.20:8080/douyin/feed/&#x27;')
  })
})
