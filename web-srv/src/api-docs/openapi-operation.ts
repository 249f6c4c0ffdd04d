import * as v from 'valibot'
import { envelopeFields } from '../endpoint/response-schemas.ts'
import type { EndpointSpec } from '../endpoint/spec.ts'
import { type RequestBody, requestBody } from './body-schema.ts'
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
  requestBody?: RequestBody
  responses: Record<string, Answer | { $ref: string }>
}

type EndpointOperation = Pick<
  Operation,
  'summary' | 'description' | 'security' | 'parameters' | 'requestBody' | 'responses'
>

/** The OpenAPI operation of an endpoint. */
export function operation(method: string, operationId: string, spec: EndpointSpec): EndpointOperation {
  const { summary, notes, token } = spec
  const isPost = method === 'POST'
  return {
    summary,
    description: notes,
    security: securities[token],
    parameters: isPost ? [] : fieldsOf(jsonSchema(spec.input)).map(queryParameter),
    requestBody: isPost ? requestBody(spec) : undefined,
    responses: { 200: answer(spec, operationId), ...otherAnswers(isPost) },
  }
}

/** The token may be in the query or in the header. */
export const signedInSecurity: Record<string, string[]>[] = [{ token: [] }, { bearer: [] }]
const securities: Record<EndpointSpec['token'], Record<string, string[]>[]> = {
  none: [],
  optional: [{}, ...signedInSecurity],
  required: signedInSecurity,
}

function queryParameter({ name, required, schema }: Field): Parameter {
  const { description, ...rest } = schema
  return { name, in: 'query', required, description, schema: rest }
}

/**
 * One object schema for success and failure, since many generated clients cannot choose between two schemas. Keys that
 * only a success has are not required.
 */
function answer({ answer: keys, empty = {} }: EndpointSpec, operationId: string): Answer {
  const { properties = {} } = jsonSchema(v.object({ ...envelopeFields, ...keys }))
  const widened = Object.entries(properties).map(([key, schema]) => [key, allowing(schema, empty[key])])
  const schema: JsonSchema = {
    title: `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Answer`,
    type: 'object',
    properties: Object.fromEntries(widened),
    required: [...Object.keys(envelopeFields), ...Object.keys(empty)],
    additionalProperties: true,
  }
  const emptyValues = Object.entries(empty).map(([key, value]) => `\`${key}\` is ${JSON.stringify(value)}`)
  const suffix = emptyValues.length > 0 ? `; then ${emptyValues.join(', ')}` : ''
  return { description: `Success, or a failure of business${suffix}.`, content: { 'application/json': { schema } } }
}

/** Lowers the minimum of a key to its value in a failure, which may be less than in a success. */
const allowing = (schema: JsonSchema | boolean, value: unknown) =>
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
  const references = names.filter((entry) => typeof entry === 'object')
  return Object.fromEntries(references.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]))
}
