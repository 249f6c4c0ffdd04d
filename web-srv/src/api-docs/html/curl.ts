import { type Field, fieldsOf, type JsonSchema } from '../json-schema.ts'
import type { Operation } from '../openapi-operation.ts'

const continued = ' \\\n  '

/** A command that calls it, `$TOKEN` being a token. */
export function curl(method: string, url: string, operation: Operation): string {
  const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query' && one.required && !body)
  const search = query.map(({ name, schema }) => `${name}=${encodeURIComponent(example(schema))}`).join('&')
  const option = type === 'multipart/form-data' ? '-F' : '-d'
  const fields = body ? shown(body.schema).map((field) => `${option} ${quoted(field)}`) : []
  const isPost = method === 'post' && fields.length === 0
  const address = `${isPost ? '-X POST ' : ''}${method === 'head' ? '-I ' : ''}'${url}${search && `?${search}`}'`
  const token = operation.security?.some((one) => 'token' in one) ? ['-H "Authorization: Bearer $TOKEN"'] : []
  return `curl ${[address, ...token, ...fields].join(continued)}`
}

/** Of a choice the first; of what may all be left out, everything. */
function shown(schema: JsonSchema): Field[] {
  const fields = fieldsOf(schema)
  const chosen = typeof schema.then === 'object' ? (schema.then.required ?? []) : []
  const needed = fields.filter(({ name, required }) => required || chosen.includes(name))
  return needed.length > 0 ? needed : fields
}

function quoted({ name, schema }: Field): string {
  const value = `${name}=${schema.contentMediaType ? '@' : ''}${example(schema)}`
  return /^[\w=.@]+$/.test(value) ? value : `'${value}'`
}

function example({ examples, const: only, enum: some, type, minimum }: JsonSchema): string {
  return String(examples?.[0] ?? only ?? some?.[0] ?? (type === 'integer' ? minimum || 1 : 'text'))
}
