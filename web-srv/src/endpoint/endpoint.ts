import { decodeFailure, Failure, isField, type Log, status } from '@douyin/proto'
import { setField } from '@douyin/telemetry'
import * as v from 'valibot'
import { isReadRule, type RateLimit } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import type { TokenRevocations } from '../auth/token-revocation.ts'
import { failure, success } from '../http/envelope.ts'
import { type Parameters, queryParameters, readParameters } from './parameters.ts'
import { type EndpointSpec, type ResponseFields, type ResponseSpec, withSpec } from './spec.ts'

/** The identity and address of a caller. */
export interface Caller {
  /** 0 for a guest. */
  viewerId: number
  /** Prefix of URLs in the response, as the caller can reach this server. */
  base: string
  address: string
}

export interface EndpointContext {
  session: Session
  /** Notes token changes made through this process at once. */
  epochs?: Pick<TokenRevocations, 'note'>
  baseUrl: (request: Request) => string
  rateLimit: RateLimit
  log: Log
}

/** A connection without traffic for this long is closed. */
export const idleSeconds = 30

/** The part of Bun's server that is used here. */
export interface WebServer {
  requestIP(request: Request): { address: string } | null
  /** Sets the idle timeout for the connection of a request. 0 disables it. */
  timeout(request: Request, seconds: number): void
}

/** The part of Elysia's context that handlers use. */
export interface HandlerInput {
  request: Request
  server: WebServer | null
}

type Input<Schema extends v.GenericSchema> = v.InferOutput<Schema>
type Handle<Schema extends v.GenericSchema, Answer extends v.ObjectEntries> = (
  input: Input<Schema>,
  caller: Caller,
) => Promise<ResponseFields<Answer>>

export type Endpoints = ReturnType<typeof endpoints>

/** Makes handlers that read and check the parameters, identify the caller and send the response in the envelope. */
export function endpoints(context: EndpointContext) {
  const { session, baseUrl, rateLimit, log } = context

  /** For everybody. A caller with an invalid or expired token is a guest, since the app keeps its old token. */
  function open<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    response: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...response, input, token: 'optional' })
  }

  /** Like `open`, if the response does not depend on the caller. A rate limit other than `read` counts by address. */
  function anonymous<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    response: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...response, input, token: 'none' })
  }

  /** For signed-in users only. */
  function signedIn<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    response: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...response, input, token: 'required' })
  }

  function make<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    schema: Schema,
    handle: Handle<Schema, Answer>,
    spec: EndpointSpec,
  ) {
    const { empty, rule = 'read', token } = spec
    // Elysia parses this parameter list: without `body` in it, Elysia leaves the body to this code.
    const handler = async ({ request, server }: HandlerInput): Promise<Response> => {
      try {
        const parameters = await readParameters(request)
        const caller = await identify(request, server, parameters)
        if (token === 'required') requireSignedIn(caller)
        if (!isReadRule(rule)) rateLimit.count(rule, token === 'none' ? caller.address : callerKey(caller))
        return success(await handle(check(schema, parameters), caller))
      } catch (error) {
        return failure(error, request, log, empty)
      }
    }
    return withSpec(handler, spec)
  }

  async function identify(request: Request, server: HandlerInput['server'], parameters: Parameters): Promise<Caller> {
    const token = tokenOf(request, parameters)
    const viewerId = (token && (await session.userOf(token))) || 0
    const address = () => rateLimit.addressOf(request, server?.requestIP(request)?.address)
    setField('address', address)
    if (viewerId > 0) setField('viewer', viewerId)
    // Both are getters, since most writes need neither.
    return {
      viewerId,
      get base() {
        return baseUrl(request)
      },
      get address() {
        return address()
      },
    }
  }

  return { open, anonymous, signedIn, identify, ...context }
}

export function requireSignedIn(caller: Caller): void {
  if (caller.viewerId === 0) throw new Failure('SIGN_IN_REQUIRED')
}

/** The key by which rate limits count a caller. */
export const callerKey = (caller: Caller) => (caller.viewerId > 0 ? userKey(caller.viewerId) : caller.address)
export const userKey = (viewerId: number) => `user ${viewerId}`

/**
 * Returns the output of the schema. A failure names the first issue, without the value. An empty parameter that its
 * schema rejects counts as missing. The message of a schema is an encoded failure. Messages of valibot itself are never
 * shown.
 */
export function check<Schema extends v.GenericSchema>(schema: Schema, parameters: Parameters): Input<Schema> {
  const result = v.safeParse(schema, { ...parameters }, { abortEarly: true, message: '' })
  if (result.success) return result.output
  const [issue] = result.issues
  const name = v.getDotPath(issue) ?? ''
  if (parameters[name] === undefined)
    throw isField(name) ? new Failure('PARAMETER_MISSING', { field: name }) : new Failure('INVALID_ARGUMENT')
  if (parameters[name] !== '') throw decodeFailure(issue.message, status.INVALID_ARGUMENT)
  const { [name]: _empty, ...others } = parameters
  return check(schema, others)
}

/** If a request has several tokens, the query wins over the header, and the header wins over the body. */
export function tokenOf(request: Request, parameters: Parameters): string | undefined {
  const headerToken = bearer(request)
  return headerToken === undefined ? parameters.token : queryParameters(request).token || headerToken
}

export function bearer(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** The token in the query of a URL, if it is not percent-encoded. */
export const tokenIn = (url: string) => /[?&]token=([\w.-]+)(?:&|$)/.exec(url)?.[1]
