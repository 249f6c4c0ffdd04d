import type * as v from 'valibot'
import type { Rule } from '../auth/rate-limit.ts'
import type { EmptyFields } from '../http/envelope.ts'
import type { BodyLimits } from '../http/request-body.ts'

/** What an endpoint gives, in one line and as a schema. */
export interface ResponseSpec<Answer extends v.ObjectEntries = v.ObjectEntries> {
  summary: string
  /** What the summary has no room for. */
  notes?: string
  /** The endpoint's own keys; those of every answer are not among them. */
  answer: Answer
  /** The endpoint's keys when it fails. */
  empty?: EmptyFields
  /** How often one user, or one guest's address, may call; `read` if not given. */
  rule?: Rule
}

/** The keys of an endpoint as TypeScript sees them. */
export type ResponseFields<Answer extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<Answer, undefined>>

/** All there is to say of an endpoint. */
export interface EndpointSpec extends ResponseSpec {
  input: v.GenericSchema
  token: 'none' | 'optional' | 'required'
  /** What its body may be, if it is not one of the usual; `streamed`: the endpoint reads it, and bounds it by itself. */
  body?: BodyLimits | 'streamed'
  files?: Files
}

/** Of a multipart form, by name. */
export type Files = Record<string, { about: string; example: string; required?: boolean }>

/** The handler, with its description for whoever walks over the routes. */
export function withSpec<Handler extends object>(handler: Handler, description: EndpointSpec) {
  return Object.assign(handler, { description })
}

/** The handler of a page that asks a service, with how often one caller may open it. */
export const withRateLimit = <Handler extends object>(rule: Rule, handler: Handler) => Object.assign(handler, { rule })

/** How often one caller may call this handler; undefined where nobody counts. */
export function rateLimitRuleOf(handler: unknown): Rule | undefined {
  const description = specOf(handler)
  if (description) return description.rule ?? 'read'
  return isLimited(handler) ? handler.rule : undefined
}

const isLimited = (handler: unknown): handler is { rule: Rule } => typeof handler === 'function' && 'rule' in handler

export function specOf(handler: unknown): EndpointSpec | undefined {
  return hasSpec(handler) ? handler.description : undefined
}

function hasSpec(handler: unknown): handler is { description: EndpointSpec } {
  return typeof handler === 'function' && 'description' in handler
}

/** For Elysia's route: what is none of the endpoints, with what each HTTP status means. */
export const plainRoute = (summary: string, answers: Record<number, string>) => ({
  detail: {
    summary,
    responses: Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }])),
  },
})
