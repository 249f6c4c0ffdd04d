import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema } from '../web-srv/src/api-docs/json-schema.ts'

/**
 * The violations of a schema by a value, each with its path. It supports only the keywords that our schemas use, and
 * throws on others. Clients must accept unknown keys of an object, but here an unknown key is a violation.
 */
export function faults(value: unknown, schema: JsonSchema, named: Record<string, JsonSchema>, at = ''): string[] {
  const unknown = Object.keys(schema).filter((word) => !(word in rules) && !annotations.includes(word))
  if (unknown.length > 0) throw new Error(`a schema uses ${unknown}, which this does not know`)
  const { $ref, oneOf } = schema
  if ($ref) return faults(value, resolved($ref, named), named, at)
  if (oneOf) {
    const tries = oneOf.map((one) => faults(value, one as JsonSchema, named, at))
    if (tries.filter((found) => found.length === 0).length === 1) return []
    return [`${at} is none or several of: ${tries.map((found) => found.join(', ') || 'this').join(' | ')}`]
  }
  const own = Object.entries(rules).flatMap(([word, rule]) =>
    word in schema && !rule(value, schema) ? [`${at} fails ${word}`] : [],
  )
  return [...own, ...faultsWithin(value, schema, named, at)]
}

/** Keywords that restrict nothing. */
const annotations = ['description', 'examples', 'default', 'format', 'title', 'x-enum-varnames']

type Rule = (value: unknown, schema: JsonSchema) => boolean
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const keysOf = (value: unknown) => (isObject(value) ? Object.keys(value as object) : [])
const always: Rule = () => true

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  array: Array.isArray,
  object: isObject,
}

const rules: Record<string, Rule> = {
  $ref: always,
  oneOf: always,
  properties: (value, { properties = {} }) => keysOf(value).every((key) => key in properties),
  items: always,
  additionalProperties: always,
  type: (value, { type }) => types[String(type)]?.(value) ?? false,
  const: (value, schema) => isDeepStrictEqual(value, schema.const),
  enum: (value, schema) => schema.enum!.some((one) => isDeepStrictEqual(value, one)),
  required: (value, { required }) => !isObject(value) || required!.every((key) => keysOf(value).includes(key)),
  maxItems: (value, { maxItems }) => !Array.isArray(value) || value.length <= maxItems!,
  minimum: (value, { minimum }) => typeof value !== 'number' || value >= minimum!,
  maximum: (value, { maximum }) => typeof value !== 'number' || value <= maximum!,
  minLength: (value, { minLength }) => typeof value !== 'string' || [...value].length >= minLength!,
  maxLength: (value, { maxLength }) => typeof value !== 'string' || [...value].length <= maxLength!,
  pattern: (value, { pattern }) => typeof value !== 'string' || new RegExp(pattern!, 'u').test(value),
}

function faultsWithin(
  value: unknown,
  { properties = {}, items }: JsonSchema,
  named: Record<string, JsonSchema>,
  at: string,
) {
  if (Array.isArray(value))
    return value.flatMap((one, i) => faults(one, (items ?? {}) as JsonSchema, named, `${at}[${i}]`))
  return keysOf(value).flatMap((key) => {
    const inner = (value as Record<string, unknown>)[key]
    return key in properties ? faults(inner, properties[key] as JsonSchema, named, `${at}.${key}`) : []
  })
}

function resolved(ref: string, named: Record<string, JsonSchema>): JsonSchema {
  const found = named[ref.replace('#/components/schemas/', '')]
  if (!found) throw new Error(`nothing is at ${ref}`)
  return found
}
