import { expect } from 'bun:test'
import * as v from 'valibot'
import type { OpenApi } from '../web-srv/src/api-docs/openapi.ts'
import type { Answer, Operation } from '../web-srv/src/api-docs/openapi-operation.ts'
import { envelopeFields, failureCodes } from '../web-srv/src/endpoint/response-schemas.ts'
import { type EndpointSpec, specOf } from '../web-srv/src/endpoint/spec.ts'
import { faults } from './json-schema.ts'
import { listRoutes } from './route-list.ts'

export type Fields = Record<string, string | number | Blob>
export type Body = Record<string, unknown>

/** The description of the API: the served OpenAPI document, and the spec of each endpoint in the code. */
export interface ApiDescription {
  api: OpenApi
  /** The key is the method and path, such as `GET /douyin/feed/`. */
  specs: Map<string, EndpointSpec>
}

export async function readDescription(base: string): Promise<ApiDescription> {
  const api = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
  const entries = (await listRoutes()).flatMap(({ method, path, handler }): [string, EndpointSpec][] => {
    const spec = specOf(handler)
    return spec ? [[`${method} ${path.replace(/\/?$/, '/')}`, spec]] : []
  })
  return { api, specs: new Map(entries) }
}

export type CheckedApi = ReturnType<typeof checkedApi>

/** A client that checks the parameters of every request and the body of every answer against the description. */
export function checkedApi(base: string, description: ApiDescription) {
  /** The outcomes seen, such as `POST /douyin/user/login/ refused`. */
  const outcomes = new Set<string>()

  async function send(method: string, path: string, query: Fields, form?: Fields): Promise<Body> {
    const search = new URLSearchParams(
      Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    )
    const answer = await fetch(`${base}${path}?${search}`, { method, body: form && formOf(form) })
    expect(answer.status).toBe(200)
    const names = namesOf(description.api.paths[path]![method.toLowerCase()]!)
    expect(Object.keys({ ...query, ...form }).filter((key) => key !== 'token' && !names.includes(key))).toEqual([])
    const body = (await answer.json()) as Body
    expect(complaints(description, `${method} ${path}`, body)).toEqual([])
    return body
  }

  return {
    outcomes,

    async done(method: string, path: string, query: Fields, form?: Fields): Promise<Body> {
      const body = await send(method, `/douyin${path}`, query, form)
      expect(body).toMatchObject({ status_code: 0 })
      outcomes.add(`${method} /douyin${path} done`)
      return body
    },

    async refused(method: string, path: string, query: Fields, form?: Fields): Promise<void> {
      expect((await send(method, `/douyin${path}`, query, form)).status_code).not.toBe(0)
      outcomes.add(`${method} /douyin${path} refused`)
    },

    /** Requests the whole list, then its first two pages of one item each. */
    async pages(path: string, query: Fields): Promise<void> {
      expect(await this.done('GET', path, query)).not.toHaveProperty('next_cursor')
      const { next_cursor } = await this.done('GET', path, { ...query, limit: 1 })
      expect(next_cursor).toBeString()
      await this.done('GET', path, { ...query, limit: 1, cursor: String(next_cursor) })
    },
  }
}

/** The violations of both schemas of an endpoint by this body: of the served one, and of the one in the code. */
export function complaints({ api, specs }: ApiDescription, endpoint: string, body: Body): string[] {
  const [method = '', path = ''] = endpoint.split(' ')
  const served = api.paths[path]![method.toLowerCase()]!.responses['200'] as Answer
  const { answer, empty = {} } = specs.get(endpoint)!
  const { issues = [] } = v.safeParse(body.status_code === 0 ? succeeded(answer) : failed(empty), body)
  return [
    ...faults(body, served.content!['application/json']!.schema, api.components.schemas),
    ...issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`),
  ]
}

export function namesOf({ parameters = [], requestBody }: Operation): string[] {
  const [body] = Object.values(requestBody?.content ?? {})
  return [...parameters.map(({ name }) => name), ...Object.keys(body?.schema.properties ?? {})]
}

const succeeded = (answer: v.ObjectEntries) =>
  v.strictObject({ status_code: v.literal(0), status_msg: v.literal('success'), ...answer })

/** The schema of a failure: the envelope, and exactly these empty values. */
function failed(empty: Record<string, unknown>) {
  const keys = Object.entries(empty).map(([key, value]) => [key, exactly(value)])
  const entries: v.ObjectEntries = Object.fromEntries(keys)
  return v.strictObject({ ...envelopeFields, status_code: v.picklist(failureCodes), ...entries })
}

const exactly = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? v.literal(value) : v.pipe(v.array(v.unknown()), v.empty())

function formOf(fields: Fields): FormData | URLSearchParams {
  const entries = Object.entries(fields)
  if (!entries.some(([, value]) => value instanceof Blob)) {
    return new URLSearchParams(Object.fromEntries(entries.map(([key, value]) => [key, String(value)])))
  }
  const form = new FormData()
  for (const [key, value] of entries) form.append(key, value instanceof Blob ? value : String(value))
  return form
}
