import { fieldsOf, type JsonSchema } from '../json-schema.ts'
import type { Operation } from '../openapi-operation.ts'
import { curl } from './curl.ts'
import { type Html, html, prose } from './html.ts'
import { shape, typeOf } from './shape.ts'

/** The section of one operation. */
export function operationSection(base: string, method: string, path: string, operation: Operation): Html {
  const { operationId, summary, description, responses } = operation
  const success = answerOf(operation)
  return html`
<section id="${operationId}">
  <h3><a href="#${operationId}"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></a></h3>
  <p class="summary">${prose(summary)}</p>
  ${description ? html`<p>${prose(description)}</p>` : undefined}
  <ul class="badges">${badges(operation).map((badge) => html`<li>${badge}</li>`)}</ul>
  <div class="columns">
    <div>${parameterTable(operation)}</div>
    <div>
      ${success ? html`<h4>Answer</h4><p class="quiet">${prose(success.description)}</p>${shape(success.schema)}` : statusTable(responses)}
      ${example(method, base + path, operation)}
    </div>
  </div>
</section>`
}

/** The example command. A WebSocket has none. */
function example(method: string, url: string, operation: Operation): Html | undefined {
  if ('101' in operation.responses) return undefined
  return html`<h4>Example</h4><pre>${curl(method, url, operation)}</pre>`
}

function answerOf({ responses }: Operation): { description: string; schema: JsonSchema } | undefined {
  const answer = responses['200']
  if (!answer || '$ref' in answer) return undefined
  const schema = answer.content?.['application/json']?.schema
  return schema && { description: answer.description, schema }
}

function badges({ security = [], responses }: Operation): string[] {
  const isForGuests = security.some((scheme) => Object.keys(scheme).length === 0)
  const token = security.length === 0 ? 'no token' : isForGuests ? 'token optional' : 'token required'
  return '429' in responses ? [token, 'rate limited'] : [token]
}

interface Row {
  name: string
  required: boolean
  schema: JsonSchema
  description?: string
}

function rowsOf({ parameters = [], requestBody }: Operation): Row[] {
  const [body] = Object.values(requestBody?.content ?? {})
  if (!body) return parameters
  return fieldsOf(body.schema).map((field) => ({ ...field, description: field.schema.description }))
}

function parameterTable(operation: Operation): Html {
  const rows = rowsOf(operation)
  if (rows.length === 0) return html`<h4>Parameters</h4><p class="quiet">None.</p>`
  return html`<h4>Parameters</h4><dl>${rows.map(
    ({ name, required, schema, description }) => html`
  <dt><code>${name}</code>${required ? undefined : html` <span class="optional">optional</span>`}</dt>
  <dd>${typeOf(schema)}${description ? html`<br />${prose(description)}` : undefined}</dd>`,
  )}
</dl>`
}

function statusTable(responses: Operation['responses']): Html {
  const rows = Object.entries(responses).map(([status, answer]) => {
    return html`<dt><code>${status}</code></dt><dd>${'description' in answer ? prose(answer.description) : ''}</dd>`
  })
  return html`<h4>Answer</h4><dl>${rows}</dl>`
}
