import { fieldsOf, type JsonSchema } from '../json-schema.ts'
import { type Html, html } from './html.ts'

/** The type and its limits as text, such as "integer, 1 to 100". */
export function typeOf(schema: JsonSchema): Html {
  if (schema.$ref) return html`<a href="#${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a>`
  if (schema.enum) return html`${schema.enum.join(' or ')}`
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`
  if (schema.contentMediaType) return html`file`
  if (schema.type === 'array') return schema.maxItems === 0 ? html`[]` : html`[${itemOf(schema)}]`
  const types = schema.format === 'uri' ? 'URL' : (schema.type ?? 'anything')
  return html`${[types].flat().join(' or ')}${limitsOf(schema)}`
}

/** An object in JSON form with types as values, one line per key. */
export const shape = (schema: JsonSchema): Html => html`<pre class="shape">{
${fieldsOf(schema).map(line)}}</pre>`

function line({ name, required, schema }: ReturnType<typeof fieldsOf>[number]): Html {
  const mark = required ? undefined : html`<i>?</i>`
  const note = schema.description ? html` <em>${schema.description}</em>` : undefined
  return html`<span><b>${name}</b>${mark}: ${typeOf(schema)}${note}</span>`
}

const nameOf = (ref: string) => ref.split('/').at(-1)

function itemOf({ items }: JsonSchema): Html {
  return typeof items === 'object' && !Array.isArray(items) ? typeOf(items) : html`anything`
}

function limitsOf({ minimum, maximum, minLength, maxLength }: JsonSchema): Html | undefined {
  if (maximum !== undefined) return html`, ${minimum} to ${maximum}`
  if (minimum) return html`, from ${minimum}`
  if (maxLength !== undefined) return html`, ${minLength ?? 0} to ${maxLength} characters`
  return undefined
}
