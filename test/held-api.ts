import { expect } from 'bun:test'
import * as v from 'valibot'
import type { OpenApi } from '../web-srv/src/api-docs/openapi.ts'
import type { Answer, Operation } from '../web-srv/src/api-docs/openapi-operation.ts'
import { envelope, failureCodes } from '../web-srv/src/endpoint/response-schemas.ts'
import { type EndpointSpec, specOf } from '../web-srv/src/endpoint/spec.ts'
import { routesAlone } from './alone.ts'
import { faults } from './json-schema.ts'

export type Fields = Record<string, string | number | Blob>
export type Body = Record<string, unknown>

/** What is written of the API: as it is served, and as the endpoints themselves have it. */
export interface Written {
  api: OpenApi
  /** By `GET /douyin/feed/`. */
  descriptions: Map<string, EndpointSpec>
}

export async function readWritten(base: string): Promise<Written> {
  const api = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
  const described = (await routesAlone()).flatMap(({ method, path, handler }): [string, EndpointSpec][] => {
    const found = specOf(handler)
    return found ? [[`${method} ${path.replace(/\/?$/, '/')}`, found]] : []
  })
  return { api, descriptions: new Map(described) }
}

export type HeldApi = ReturnType<typeof heldApi>

/** A client that holds every question and every answer to what is written of it. */
export function heldApi(base: string, written: Written) {
  /** What was asked, as `POST /douyin/user/login/ refused`. */
  const asked = new Set<string>()

  async function ask(method: string, path: string, query: Fields, form?: Fields): Promise<Body> {
    const search = new URLSearchParams(
      Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    )
    const answer = await fetch(`${base}${path}?${search}`, { method, body: form && formOf(form) })
    expect(answer.status).toBe(200)
    const known = namesOf(written.api.paths[path]![method.toLowerCase()]!)
    expect(Object.keys({ ...query, ...form }).filter((key) => key !== 'token' && !known.includes(key))).toEqual([])
    const body = (await answer.json()) as Body
    expect(complaints(written, `${method} ${path}`, body)).toEqual([])
    return body
  }

  return {
    asked,

    async done(method: string, path: string, query: Fields, form?: Fields): Promise<Body> {
      const body = await ask(method, `/douyin${path}`, query, form)
      expect(body).toMatchObject({ status_code: 0 })
      asked.add(`${method} /douyin${path} done`)
      return body
    },

    async refused(method: string, path: string, query: Fields, form?: Fields): Promise<void> {
      expect((await ask(method, `/douyin${path}`, query, form)).status_code).not.toBe(0)
      asked.add(`${method} /douyin${path} refused`)
    },

    /** The whole list, then its first two pages of one. */
    async pages(path: string, query: Fields): Promise<void> {
      expect(await this.done('GET', path, query)).not.toHaveProperty('next_cursor')
      const { next_cursor } = await this.done('GET', path, { ...query, limit: 1 })
      expect(next_cursor).toBeString()
      await this.done('GET', path, { ...query, limit: 1, cursor: String(next_cursor) })
    },
  }
}

/** Why this is no answer of that endpoint: by the schema that is served, and by the endpoint's own. */
export function complaints({ api, descriptions }: Written, endpoint: string, body: Body): string[] {
  const [method = '', path = ''] = endpoint.split(' ')
  const served = api.paths[path]![method.toLowerCase()]!.responses['200'] as Answer
  const { answer, empty = {} } = descriptions.get(endpoint)!
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

/** A failure of an endpoint whose keys are these when it fails. */
function failed(empty: Record<string, unknown>) {
  const keys = Object.entries(empty).map(([key, value]) => [key, exactly(value)])
  const entries: v.ObjectEntries = Object.fromEntries(keys)
  return v.strictObject({ ...envelope, status_code: v.picklist(failureCodes), ...entries })
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
