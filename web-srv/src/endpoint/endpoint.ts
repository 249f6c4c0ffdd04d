import { invalid, type Log, unauthenticated } from '@douyin/proto'
import { setField } from '@douyin/telemetry'
import * as v from 'valibot'
import { isReadRule, type RateLimit } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import type { TokenRevocations } from '../auth/token-revocation.ts'
import { failure, success } from '../http/envelope.ts'
import { type Parameters, queryParameters, readParameters } from './parameters.ts'
import { type EndpointSpec, type ResponseFields, type ResponseSpec, withSpec } from './spec.ts'

/** Who calls, and from where. */
export interface Caller {
  /** 0 for a guest. */
  viewerId: number
  /** What our URLs begin with, as the caller reaches us. */
  base: string
  address: string
}

export interface EndpointContext {
  session: Session
  /** Where changes of a user's own tokens are told at once. */
  epochs?: Pick<TokenRevocations, 'note'>
  baseUrl: (request: Request) => string
  rateLimit: RateLimit
  log: Log
}

/** A connection on which nothing comes or goes for so long is closed. */
export const idleSeconds = 30

/** Bun's server, as far as we look at it. */
export interface WebServer {
  requestIP(request: Request): { address: string } | null
  /** Ends the connection of a request after so many seconds without a byte; 0: never. */
  timeout(request: Request, seconds: number): void
}

/** What Elysia hands to a handler, as far as we look at it. */
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

/** Makes handlers: parameters read and checked, the caller known, the answer in its envelope. */
export function endpoints(surroundings: EndpointContext) {
  const { session, baseUrl, rateLimit, log } = surroundings

  /** For everybody. A bad or expired token means a guest: the app keeps its old one. */
  function open<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    promised: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...promised, input, token: 'optional' })
  }

  /** The same, where it makes no difference who calls. */
  function anonymous<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    promised: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...promised, input, token: 'none' })
  }

  /** For the signed in. */
  function signedIn<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    input: Schema,
    handle: Handle<Schema, Answer>,
    promised: ResponseSpec<Answer>,
  ) {
    return make(input, handle, { ...promised, input, token: 'required' })
  }

  function make<Schema extends v.GenericSchema, Answer extends v.ObjectEntries>(
    schema: Schema,
    handle: Handle<Schema, Answer>,
    description: EndpointSpec,
  ) {
    const { empty, rule = 'read', token } = description
    // Elysia reads off this list of parameters that it need not read the body, which is ours to judge.
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
    return withSpec(handler, description)
  }

  async function identify(request: Request, server: HandlerInput['server'], parameters: Parameters): Promise<Caller> {
    const token = tokenOf(request, parameters)
    const viewerId = (token && (await session.userOf(token))) || 0
    const address = () => rateLimit.addressOf(request, server?.requestIP(request)?.address)
    setField('address', address)
    if (viewerId > 0) setField('viewer', viewerId)
    // Most writes have no use for either.
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

  return { open, anonymous, signedIn, identify, ...surroundings }
}

export function requireSignedIn(caller: Caller): void {
  if (caller.viewerId === 0) throw unauthenticated('please sign in')
}

/** By whom a caller is counted. */
export const callerKey = (caller: Caller) => (caller.viewerId > 0 ? userKey(caller.viewerId) : caller.address)
export const userKey = (viewerId: number) => `user ${viewerId}`

/**
 * The input as the schema gives it; the first thing wrong is the message, without the value. An empty parameter that its
 * schema does not take counts as one that was not given. A sentence of the library's own is never shown.
 */
export function check<Schema extends v.GenericSchema>(schema: Schema, parameters: Parameters): Input<Schema> {
  const result = v.safeParse(schema, { ...parameters }, { abortEarly: true, message: '' })
  if (result.success) return result.output
  const [issue] = result.issues
  const name = v.getDotPath(issue) ?? ''
  if (parameters[name] === undefined) throw invalid(`${name} is required`)
  if (parameters[name] !== '') throw invalid(issue.message || `${name} is not understood`)
  const { [name]: _empty, ...given } = parameters
  return check(schema, given)
}

/** Where a request has several tokens, that of the query counts, then that of the header, then that of the body. */
export function tokenOf(request: Request, parameters: Parameters): string | undefined {
  const shown = bearer(request)
  return shown === undefined ? parameters.token : queryParameters(request).token || shown
}

export function bearer(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** The token in a URL, if it can be seen there at a glance. */
export const tokenIn = (url: string) => /[?&]token=([\w.-]+)(?:&|$)/.exec(url)?.[1]
