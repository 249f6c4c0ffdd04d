import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { namedSchemas } from '../endpoint/response-schemas.ts'

export type { JsonSchema } from '@valibot/to-json-schema'

// 'output': what a parameter's text stands for, a number for an id; on the wire it looks the same.
const config: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'output',
  definitions: namedSchemas,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideSchema: ({ valibotSchema, jsonSchema }) => open(valibotSchema.type, typed(jsonSchema)),
  overrideAction: ({ valibotAction, jsonSchema }) =>
    'metadata' in valibotAction ? Object.assign(jsonSchema, valibotAction.metadata) : undefined,
}

/** Without a word on further keys, clients made for Java and Go refuse an answer that has one more some day. */
const open = (type: string, schema: JsonSchema): JsonSchema =>
  type === 'strict_object' || type === 'loose_object' ? { ...schema, additionalProperties: true } : schema

/** With the type of a constant. */
function typed(schema: JsonSchema): JsonSchema {
  const { const: only, enum: some = [only] } = schema
  return some.every(Number.isInteger) ? { ...schema, type: 'integer' } : schema
}

/** The schema as JSON Schema, as it stands in the API description; those with a name as references to it. */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, $defs: _definitions, ...json } = toJsonSchema(schema, config)
  return json
}

/** Those with a name. */
export const schemaDefinitions = (): Record<string, JsonSchema> => toJsonSchemaDefs(namedSchemas, config)

export interface Field {
  name: string
  required: boolean
  schema: JsonSchema
}

/** The properties of an object, or of a choice of objects: what one of these may lack is not required. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const options = (schema.oneOf ?? [schema]).filter((option) => typeof option === 'object')
  const names = new Set(options.flatMap((option) => Object.keys(option.properties ?? {})))
  return [...names].map((name) => ({
    name,
    required: options.every((option) => option.required?.includes(name)),
    schema: either(options.flatMap((option) => only(option.properties?.[name]))),
  }))
}

const only = (schema: JsonSchema | boolean | undefined) => (typeof schema === 'object' ? [schema] : [])

function either(schemas: JsonSchema[]): JsonSchema {
  const values = schemas.flatMap((schema) => schema.const ?? [])
  const [first = {}] = schemas
  return values.length > 0 ? { type: first.type, format: first.format, enum: values } : first
}
