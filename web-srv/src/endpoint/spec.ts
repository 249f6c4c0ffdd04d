import type * as v from 'valibot'
import type { Rule } from '../auth/rate-limit.ts'
import type { EmptyFields } from '../http/envelope.ts'
import type { BodyLimits } from '../http/request-body.ts'

/** The response of an endpoint: a summary and a schema. */
export interface ResponseSpec<Answer extends v.ObjectEntries = v.ObjectEntries> {
  summary: string
  /** Details that do not fit in the summary. */
  notes?: string
  /** The endpoint's own keys, without those of every response. */
  answer: Answer
  /** The endpoint's keys in a failure. */
  empty?: EmptyFields
  /** The rate limit rule, of `defaultRules` in rate-limit.ts. Default: `read`. */
  rule?: Rule
}

/** The TypeScript type of an endpoint's keys. */
export type ResponseFields<Answer extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<Answer, undefined>>

/** The full specification of an endpoint. */
export interface EndpointSpec extends ResponseSpec {
  input: v.GenericSchema
  token: 'none' | 'optional' | 'required'
  /** Body limits, if not the usual ones. `streamed`: the endpoint reads and limits the body itself. */
  body?: BodyLimits | 'streamed'
  files?: Files
}

/** The files of a multipart form, by name. */
export type Files = Record<string, { about: string; example: string; required?: boolean }>

/** Attaches the spec to the handler, for code that walks the routes. */
export function withSpec<Handler extends object>(handler: Handler, spec: EndpointSpec) {
  return Object.assign(handler, { spec })
}

/** Attaches a rate limit rule to the handler of a page that calls a service. */
export const withRateLimit = <Handler extends object>(rule: Rule, handler: Handler) => Object.assign(handler, { rule })

/** The rate limit rule of a handler; undefined if it has no limit. */
export function rateLimitRuleOf(handler: unknown): Rule | undefined {
  const spec = specOf(handler)
  if (spec) return spec.rule ?? 'read'
  return isLimited(handler) ? handler.rule : undefined
}

const isLimited = (handler: unknown): handler is { rule: Rule } => typeof handler === 'function' && 'rule' in handler

export function specOf(handler: unknown): EndpointSpec | undefined {
  return hasSpec(handler) ? handler.spec : undefined
}

function hasSpec(handler: unknown): handler is { spec: EndpointSpec } {
  return typeof handler === 'function' && 'spec' in handler
}

/** Elysia's route options for a route that is not an endpoint, with the meaning of each HTTP status. */
export const plainRoute = (summary: string, answers: Record<number, string>) => ({
  detail: {
    summary,
    responses: Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }])),
  },
})
