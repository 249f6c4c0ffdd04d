import * as v from 'valibot'
import { envelope } from '../endpoint/response-schemas.ts'
import type { EndpointSpec } from '../endpoint/spec.ts'
import { requestBody } from './body-schema.ts'
import { type Field, fieldsOf, type JsonSchema, jsonSchema } from './json-schema.ts'

export interface Parameter {
  name: string
  in: 'query' | 'path'
  required: boolean
  description?: string
  schema: JsonSchema
}

export interface Answer {
  description: string
  content?: Record<string, { schema: JsonSchema }>
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security?: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; description?: string; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, Answer | { $ref: string }>
}

type Described = Pick<Operation, 'summary' | 'description' | 'security' | 'parameters' | 'requestBody' | 'responses'>

/** What OpenAPI says of an endpoint. */
export function operation(method: string, operationId: string, description: EndpointSpec): Described {
  const { summary, notes, token } = description
  const isPost = method === 'POST'
  return {
    summary,
    description: notes,
    security: securities[token],
    parameters: isPost ? [] : fieldsOf(jsonSchema(description.input)).map(queryParameter),
    requestBody: isPost ? requestBody(description) : undefined,
    responses: { 200: answer(description, operationId), ...otherAnswers(isPost) },
  }
}

/** The token may travel in the query or in the header. */
export const signedIn: Record<string, string[]>[] = [{ token: [] }, { bearer: [] }]
const securities: Record<EndpointSpec['token'], Record<string, string[]>[]> = {
  none: [],
  optional: [{}, ...signedIn],
  required: signedIn,
}

function queryParameter({ name, required, schema }: Field): Parameter {
  const { description, ...rest } = schema
  return { name, in: 'query', required, description, schema: rest }
}

/**
 * A success and a failure as one object with what either has: which of two it is, many generated clients cannot tell. What
 * only a success has is not required.
 */
function answer({ answer: keys, empty = {} }: EndpointSpec, operationId: string): Answer {
  const { properties = {} } = jsonSchema(v.object({ ...envelope, ...keys }))
  const own = Object.entries(properties).map(([key, schema]) => [key, admitting(schema, empty[key])])
  const schema: JsonSchema = {
    title: `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Answer`,
    type: 'object',
    properties: Object.fromEntries(own),
    required: [...Object.keys(envelope), ...Object.keys(empty)],
    additionalProperties: true,
  }
  const none = Object.entries(empty).map(([key, value]) => `\`${key}\` is ${JSON.stringify(value)}`)
  const failing = none.length > 0 ? `; then ${none.join(', ')}` : ''
  return { description: `Success, or a failure of business${failing}.`, content: { 'application/json': { schema } } }
}

/** The schema of a key that in a failure has this value, which may be less than a success has. */
const admitting = (schema: JsonSchema | boolean, value: unknown) =>
  typeof schema === 'object' && typeof value === 'number' && value < (schema.minimum ?? value)
    ? { ...schema, minimum: value }
    : schema

function otherAnswers(isPost: boolean): Operation['responses'] {
  const names = [
    isPost && (['408', 'TooSlow'] as const),
    isPost && (['413', 'TooLarge'] as const),
    ['429', 'TooOften'],
    ['500', 'Broken'],
    ['503', 'TooBusy'],
  ]
  const given = names.filter((one) => typeof one === 'object')
  return Object.fromEntries(given.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]))
}
