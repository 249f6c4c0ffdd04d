import type { EndpointSpec, Files } from '../endpoint/spec.ts'
import { type Field, fieldsOf, type JsonSchema, jsonSchema } from './json-schema.ts'
import type { Operation } from './openapi-operation.ts'

/** Described in one place, or generated clients would ask for each parameter twice. */
export function requestBody({ input, files = {} }: EndpointSpec): Operation['requestBody'] {
  const given = jsonSchema(input)
  const fields = [...fieldsOf(given), ...Object.entries(files).map(fileField)]
  if (fields.length === 0) return undefined
  const required = fields.flatMap(({ name, required }) => (required ? [name] : []))
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, field.schema])),
    required,
    ...conditions(given, required),
  }
  const hasFiles = Object.keys(files).length > 0
  const type = hasFiles ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  const description = hasFiles ? textInQueryToo : inQueryToo
  return { required: required.length > 0, description, content: { [type]: { schema } } }
}

const inQueryToo = 'Each may be in the query instead, which wins, or in a JSON object.'
const textInQueryToo = 'What is no file may be in the query instead, which wins.'

/** Of a choice between two objects: what each needs beside what both need. */
function conditions({ oneOf = [] }: JsonSchema, required: string[]): JsonSchema {
  const [one, other] = oneOf.filter((option) => typeof option === 'object')
  const constant = Object.entries(one?.properties ?? {}).find(
    ([, value]) => typeof value === 'object' && 'const' in value,
  )
  if (!one || !other || !constant) return {}
  const beyond = (option: JsonSchema) => ({ required: option.required?.filter((name) => !required.includes(name)) })
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  return { if: { properties: Object.fromEntries([constant]) }, then: beyond(one), else: beyond(other) }
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
