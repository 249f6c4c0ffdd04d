import { specOf } from '../endpoint/spec.ts'
import { type JsonSchema, schemaDefinitions } from './json-schema.ts'
import { type Answer, type Operation, operation } from './openapi-operation.ts'

export interface OpenApi {
  openapi: string
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    responses: Record<string, Answer>
    securitySchemes: Record<string, object>
  }
}

/** The part of an Elysia route that is used here. */
export interface Route {
  method: string
  path: string
  handler: unknown
  hooks: { detail?: object }
}

/** The API description of these routes. Routes without a spec or `detail` are pages and are left out. */
export function openApi(routes: Route[], version: string): OpenApi {
  const paths: OpenApi['paths'] = {}
  for (const route of routes.toSorted(apiRoutesFirst)) {
    const routeOperation = operationOf(route)
    if (!routeOperation) continue
    const path = pathOf(route)
    paths[path] = { ...paths[path], [methodOf(route)]: routeOperation }
  }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const tags = [...new Set(operations.flatMap((item) => item.tags))]
  return {
    openapi: '3.1.1',
    info: { title: 'douyin', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: { schemas: schemaDefinitions(), responses, securitySchemes },
  }
}

const description = `A GET takes its parameters in the query. A POST takes them in the query too, in a form, a multipart form or a JSON \
object: they are described once, in the form. The query wins, the first of a doubled name counts. An optional one that is \
empty counts as not given, but for \`cursor\` and \`signature\`. A path works with and without the slash at its end.

Answers are one flat JSON object with \`status_code\` (0: success), \`status_msg\` and the endpoint's own keys. A failure is \
HTTP 200 with another \`status_code\` and a sentence, and without most of the endpoint's keys; only what is not about business \
has a status of its own. One day an answer may have further keys.

Tokens come from register and login and last 30 days. One in the query counts before one in the header, and that before one \
in a form. Where signing in is optional, a bad or expired token makes a guest.

Lists hold the newest 1000. With \`limit\` or \`cursor\` they hold one page and \`next_cursor\`, what to send as \`cursor\` \
for the next. Times are ms since 1970.`

const failure = { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } }
const retryAfter = {
  'Retry-After': { description: 'seconds', schema: { type: 'integer', format: 'int32', minimum: 1 } },
}
const responses = {
  TooSlow: { description: 'The body took too long to arrive.', content: failure },
  TooLarge: { description: 'The request is too large.', content: failure },
  TooOften: {
    description: 'Too often.',
    headers: retryAfter,
    content: failure,
  },
  Broken: { description: 'Our fault.', content: failure },
  TooBusy: { description: 'Too many at this moment.', headers: retryAfter, content: failure },
}

const securitySchemes = {
  token: { type: 'apiKey', in: 'query', name: 'token', description: 'In a form or a JSON object as well.' },
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
}

const isApiRoute = ({ path }: Route) => path.startsWith('/douyin/')
const apiRoutesFirst = (a: Route, b: Route) => Number(isApiRoute(b)) - Number(isApiRoute(a))

function operationOf(route: Route): Operation | undefined {
  const spec = specOf(route.handler)
  const { method, path, hooks } = route
  const words = path.split('/').filter((word) => word !== '' && word !== 'douyin')
  const names = { operationId: idOf(method, words), tags: [isApiRoute(route) ? (words[0] ?? '') : 'files and health'] }
  if (spec) return { ...names, ...operation(method, names.operationId, spec) }
  if (!hooks.detail) return undefined
  const parameters = words.filter((word) => word.startsWith(':')).map(inPath)
  return { ...names, summary: '', security: [], parameters, responses: {}, ...hooks.detail }
}

const inPath = (word: string) =>
  ({ name: word.slice(1), in: 'path', required: true, schema: { type: 'string' } }) as const

/** relationFollowList for /douyin/relation/follow/list/ */
function idOf(method: string, words: string[]): string {
  const plain = words.map((word) => word.replace(':', ''))
  const all = method === 'HEAD' ? ['head', ...plain] : plain
  return all.map((word, i) => (i === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join('')
}

const methodOf = ({ method }: Route) => (method === 'WS' ? 'get' : method.toLowerCase())

function pathOf(route: Route): string {
  const path = route.path.replace(/:(\w+)/g, '{$1}')
  return isApiRoute(route) && !path.endsWith('/') ? `${path}/` : path
}
