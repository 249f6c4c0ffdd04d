import type { EndpointSpec, Files } from '../endpoint/spec.ts'
import { type Field, fieldsOf, type JsonSchema, jsonSchema } from './json-schema.ts'

export interface RequestBody {
  required: boolean
  description: string
  content: Record<string, { schema: JsonSchema }>
}

/** Parameters of a POST appear only in the body, or generated clients would have each parameter twice. */
export function requestBody({ input, files = {} }: EndpointSpec): RequestBody | undefined {
  const inputSchema = jsonSchema(input)
  const fields = [...fieldsOf(inputSchema), ...Object.entries(files).map(fileField)]
  if (fields.length === 0) return undefined
  const required = fields.flatMap(({ name, required }) => (required ? [name] : []))
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, field.schema])),
    required,
    ...conditions(inputSchema, required),
  }
  const hasFiles = Object.keys(files).length > 0
  const type = hasFiles ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  const description = hasFiles ? textInQueryToo : inQueryToo
  return { required: required.length > 0, description, content: { [type]: { schema } } }
}

const inQueryToo = 'Each may be in the query instead, which wins, or in a JSON object.'
const textInQueryToo = 'What is no file may be in the query instead, which wins.'

/** For a choice between two objects: the keys that only one of them requires. */
function conditions({ oneOf = [] }: JsonSchema, required: string[]): JsonSchema {
  const [first, second] = oneOf.filter((option) => typeof option === 'object')
  const constant = Object.entries(first?.properties ?? {}).find(
    ([, value]) => typeof value === 'object' && 'const' in value,
  )
  if (!first || !second || !constant) return {}
  const extraKeys = (option: JsonSchema) => ({ required: option.required?.filter((name) => !required.includes(name)) })
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: { properties: Object.fromEntries([constant]) }, then: extraKeys(first), else: extraKeys(second) }
}

const fileField = ([name, file]: [string, Files[string]]): Field => ({
  name,
  required: file.required === true,
  schema: {
    type: 'string',
    format: 'binary',
    contentMediaType: 'application/octet-stream',
    description: file.about,
    examples: [file.example],
  },
})
