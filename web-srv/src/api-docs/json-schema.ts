import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { namedSchemas } from '../endpoint/response-schemas.ts'

export type { JsonSchema } from '@valibot/to-json-schema'

// 'output': the parsed type of a parameter, such as a number for an id. On the wire both look the same.
const config: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'output',
  definitions: namedSchemas,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideSchema: ({ valibotSchema, jsonSchema }) => open(valibotSchema.type, typed(jsonSchema)),
  overrideAction: ({ valibotAction, jsonSchema }) =>
    'metadata' in valibotAction ? Object.assign(jsonSchema, valibotAction.metadata) : undefined,
}

/** Allows further keys explicitly. Otherwise clients generated for Java and Go reject a response with a new key. */
const open = (type: string, schema: JsonSchema): JsonSchema =>
  type === 'strict_object' || type === 'loose_object' ? { ...schema, additionalProperties: true } : schema

/** Adds the type `integer` to an integer constant or enum. */
function typed(schema: JsonSchema): JsonSchema {
  const { const: constant, enum: values = [constant] } = schema
  return values.every(Number.isInteger) ? { ...schema, type: 'integer' } : schema
}

/** Converts to the JSON Schema of the API description. Named schemas become references. */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, $defs: _definitions, ...json } = toJsonSchema(schema, config)
  return json
}

/** The JSON Schemas of the named schemas. */
export const schemaDefinitions = (): Record<string, JsonSchema> => toJsonSchemaDefs(namedSchemas, config)

export interface Field {
  name: string
  required: boolean
  schema: JsonSchema
}

/** The properties of an object or of a choice of objects. A key is required only if every choice requires it. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const options = (schema.oneOf ?? [schema]).filter((option) => typeof option === 'object')
  const names = new Set(options.flatMap((option) => Object.keys(option.properties ?? {})))
  return [...names].map((name) => ({
    name,
    required: options.every((option) => option.required?.includes(name)),
    schema: either(options.flatMap((option) => asObject(option.properties?.[name]))),
  }))
}

const asObject = (schema: JsonSchema | boolean | undefined) => (typeof schema === 'object' ? [schema] : [])

function either(schemas: JsonSchema[]): JsonSchema {
  const values = schemas.flatMap((schema) => schema.const ?? [])
  const [first = {}] = schemas
  return values.length > 0 ? { type: first.type, format: first.format, enum: values } : first
}
