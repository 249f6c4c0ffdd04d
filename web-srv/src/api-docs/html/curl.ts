import { type Field, fieldsOf, type JsonSchema } from '../json-schema.ts'
import type { Operation } from '../openapi-operation.ts'

const continued = ' \\\n  '

/** A curl command that calls the operation. It reads the token from `$TOKEN`. */
export function curl(method: string, url: string, operation: Operation): string {
  const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const query = (operation.parameters ?? []).filter(
    (parameter) => parameter.in === 'query' && parameter.required && !body,
  )
  const search = query.map(({ name, schema }) => `${name}=${encodeURIComponent(example(schema))}`).join('&')
  const option = type === 'multipart/form-data' ? '-F' : '-d'
  const fields = body ? exampleFields(body.schema).map((field) => `${option} ${quoted(field)}`) : []
  const isPost = method === 'post' && fields.length === 0
  const address = `${isPost ? '-X POST ' : ''}${method === 'head' ? '-I ' : ''}'${url}${search && `?${search}`}'`
  const token = operation.security?.some((scheme) => 'token' in scheme) ? ['-H "Authorization: Bearer $TOKEN"'] : []
  return `curl ${[address, ...token, ...fields].join(continued)}`
}

/** The fields in the example: the required ones, with those of the first choice. If none is required, all fields. */
function exampleFields(schema: JsonSchema): Field[] {
  const fields = fieldsOf(schema)
  const chosen = typeof schema.then === 'object' ? (schema.then.required ?? []) : []
  const needed = fields.filter(({ name, required }) => required || chosen.includes(name))
  return needed.length > 0 ? needed : fields
}

function quoted({ name, schema }: Field): string {
  const value = `${name}=${schema.contentMediaType ? '@' : ''}${example(schema)}`
  return /^[\w=.@]+$/.test(value) ? value : `'${value}'`
}

function example({ examples, const: constant, enum: values, type, minimum }: JsonSchema): string {
  return String(examples?.[0] ?? constant ?? values?.[0] ?? (type === 'integer' ? minimum || 1 : 'text'))
}
