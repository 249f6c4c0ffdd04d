import { failed, succeeded } from './answers.ts'
import type { Description } from './description.ts'
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
export function operation(method: string, description: Description): Described {
  const { summary, notes, input, token } = description
  const fields = fieldsOf(jsonSchema(input))
  const isPost = method === 'POST'
  return {
    summary,
    description: notes,
    security: securities[token],
    parameters: fields.map((field) => queryParameter(field, isPost)),
    requestBody: isPost ? body(description) : undefined,
    responses: { 200: answer(description), ...otherAnswers(description, isPost) },
  }
}

/** The token may travel in the query or in the header. */
export const signedIn: Record<string, string[]>[] = [{ token: [] }, { bearer: [] }]
const securities: Record<Description['token'], Record<string, string[]>[]> = {
  none: [],
  optional: [{}, ...signedIn],
  required: signedIn,
}

/** What a POST takes may come in the query or in the body, so in neither of them it must. */
function queryParameter({ name, required, schema }: Field, isPost: boolean): Parameter {
  const { description, ...rest } = schema
  return { name, in: 'query', required: required && !isPost, description, schema: rest }
}

function body({ input, files }: Description): Operation['requestBody'] {
  const schema = jsonSchema(input)
  if (!files) return { required: false, description: inQueryToo, content: { [formType]: { schema } } }
  const entries = Object.entries(files)
  const needed = entries.flatMap(([name, { required }]) => (required ? [name] : []))
  const whole: JsonSchema = {
    ...schema,
    properties: {
      ...schema.properties,
      ...Object.fromEntries(entries.map(([name, file]) => [name, fileSchema(file)])),
    },
    required: [...(schema.required ?? []), ...needed],
  }
  return { required: needed.length > 0, description: inQueryToo, content: { 'multipart/form-data': { schema: whole } } }
}

const formType = 'application/x-www-form-urlencoded'
const inQueryToo = 'What is in the query need not be here; the query wins.'

const fileSchema = ({ about, example }: { about: string; example: string }): JsonSchema => ({
  type: 'string',
  contentMediaType: 'application/octet-stream',
  description: about,
  examples: [example],
})

function answer({ answer: keys, empty = {} }: Description): Answer {
  const schema: JsonSchema = { oneOf: [jsonSchema(succeeded(keys)), jsonSchema(failed(empty))] }
  return { description: 'Success, or a failure of business.', content: { 'application/json': { schema } } }
}

function otherAnswers({ rule }: Description, isPost: boolean): Operation['responses'] {
  const names = [
    isPost && (['413', 'TooLarge'] as const),
    rule && (['429', 'TooOften'] as const),
    ['500', 'Broken'],
    ['503', 'TooBusy'],
  ]
  const given = names.filter((one) => typeof one === 'object')
  return Object.fromEntries(given.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]))
}
