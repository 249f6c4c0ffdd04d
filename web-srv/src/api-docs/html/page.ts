import type { OpenApi } from '../openapi.ts'
import type { Operation } from '../openapi-operation.ts'
import { type Html, html, prose } from './html.ts'
import { operationSection } from './operation.ts'
import { shape } from './shape.ts'

/** The API description as one HTML page without scripts. `base` is the prefix of the URLs in its examples. */
export function docsPage(api: OpenApi, base: string, stylePath: string): string {
  const { info, components, tags } = api
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${info.title} API</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml" />
<link rel="stylesheet" href="${stylePath}" />
</head>
<body>
<header><a class="brand" href="#top">${info.title} <span>API ${info.version}</span></a><a href="/openapi.json">openapi.json</a></header>
<nav aria-label="Endpoints">
${tags.map(({ name }) => group(name, operationsOf(api, name)))}
<h2><a href="#of-objects">objects</a></h2><ul>${objectsOf(api).map(([name]) => html`<li><a href="#${name}">${name}</a></li>`)}</ul>
</nav>
<main id="top">
<h1>The HTTP API</h1>
${info.description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<p id="StatusCode">${codes(String(components.schemas.StatusCode?.description))}</p>
${tags.map(({ name }) => {
  const sections = operationsOf(api, name).map((entry) =>
    operationSection(base, entry.method, entry.path, entry.operation),
  )
  return html`<h2 id="${idOf(name)}">${name}</h2>${sections}`
})}
<h2 id="of-objects">objects</h2>
${objectsOf(api).map(([name, schema]) => html`<section id="${name}"><h3>${name}</h3>${shape(schema)}</section>`)}
</main>
</body>
</html>
`.html
}

interface OperationEntry {
  method: string
  path: string
  operation: Operation
}

function operationsOf({ paths }: OpenApi, tag: string): OperationEntry[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  return all.filter(({ operation }) => operation.tags.includes(tag))
}

/** The named objects. StatusCode is not an object; the top of the page describes it. */
const objectsOf = ({ components }: OpenApi) =>
  Object.entries(components.schemas).filter(([, schema]) => schema.properties)

function group(name: string, entries: OperationEntry[]): Html {
  const links = entries.map(
    ({ method, path, operation }) => html`
  <li><a href="#${operation.operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${path.replace('/douyin', '')}</a></li>`,
  )
  return html`<h2><a href="#${idOf(name)}">${name}</a></h2><ul>${links}</ul>`
}

const codes = (description: string) => prose(`\`status_code\`: ${description}.`)

const idOf = (tag: string) => `of-${tag.replaceAll(' ', '-')}`
