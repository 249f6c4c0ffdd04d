import { readFileSync } from 'node:fs'
import * as v from 'valibot'

/**
 * The settings of a service, read once at start. A wrong or missing one ends the process with a line that names it;
 * no value is printed, since some are secrets. A secret may be in a file that NAME_FILE names.
 */
export function readConfig<const Schema extends v.GenericSchema>(
  schema: Schema,
  environment: Record<string, string | undefined> = Bun.env,
): v.InferOutput<Schema> {
  // An empty setting, as compose files give for one that is not there, means its default.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const given = { ...fromFiles(set), ...set }
  const result = v.safeParse(schema, given, { abortPipeEarly: true })
  if (result.success) return result.output
  for (const issue of result.issues) console.error(`${v.getDotPath(issue) ?? 'settings'}: ${issue.message}`)
  process.exit(78)
}

/** What engines hand over as files: secrets, and URLs, which hold passwords. */
function fromFiles(environment: Record<string, string | undefined>): Record<string, string> {
  const files = Object.entries(environment).filter(
    ([name, path]) => /_(?:SECRET(?:_PREVIOUS)?|URL)_FILE$/.test(name) && path,
  )
  return Object.fromEntries(files.map(([name, path]) => [name.replace(/_FILE$/, ''), contentOf(name, path!)]))
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    console.error(`${name}: names a file that cannot be read`)
    process.exit(78)
  }
}

export const isProduction = Bun.env.NODE_ENV === 'production'

/** A whole number within bounds, as text in the environment. */
export const wholeNumber = (fallback: number, min = 0, max = Number.MAX_SAFE_INTEGER) =>
  v.optional(wholeNumberText(min, max), String(fallback))

/** The same without a default. */
export const wholeNumberText = (min = 0, max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )

export const onOrOff = (fallback: boolean) =>
  v.optional(v.picklist(['on', 'off'], 'must be on or off'), fallback ? 'on' : 'off')

export const port = (fallback: number) => wholeNumber(fallback, 0, 65_535)

/** Where gRPC listens: in production beyond this machine, else not. */
export const grpcHost = v.optional(v.string(), isProduction ? '0.0.0.0' : '127.0.0.1')

/** Where Prometheus finds a service: in production a port of its own; in development nothing listens unless it is set. */
export const metricsPort = (inProduction: number) =>
  isProduction
    ? port(inProduction)
    : v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'must be a port'), v.transform(Number), v.maxValue(65_535)))

export const logLevel = v.optional(v.picklist(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info')

/** A setting that production has to give: the fallback is for development only. */
export const givenInProduction = (name: string, fallback: string) =>
  isProduction
    ? v.optional(v.pipe(v.string(), v.nonEmpty(`${name} is required in production`)), '')
    : v.optional(v.string(), fallback)

/** The URL of a MySQL database, of one setting or the one for all; the message names them and never the value, a password. */
export const databaseUrl = (settings: string) =>
  v.pipe(
    givenInProduction(settings, 'mysql://root@127.0.0.1:3306/douyin'),
    v.check(
      isDatabaseUrl,
      `${settings} must be like mysql://user:password@host:3306/name, with signs such as / # ? % in the password written as %2F %23 %3F %25`,
    ),
  )

function isDatabaseUrl(text: string): boolean {
  // Required, which is said already.
  if (text === '') return true
  try {
    const { protocol, hostname, pathname, hash, username, password, searchParams } = new URL(text)
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    const isReached = hostname !== '' || searchParams.has('socketPath')
    return /^(?:mysql|mariadb):$/.test(protocol) && isReached && /^(?:\/[^/@]*)?$/.test(pathname) && hash === ''
  } catch {
    return false
  }
}

const minSecretBytes = 32
/** Fewer different characters than chance would ever give to so many. */
const minDifferent = 8
/** What stands in examples until somebody puts a secret there. */
const placeholder = /change.?(?:me|this|it)|your.{0,10}secret|example|placeholder|default|douyin.?secret|12345678/i

/** A secret that nobody guesses: long, and none of those that stand in examples. */
export const secret = v.pipe(
  v.string(),
  v.minBytes(minSecretBytes, `must have at least ${minSecretBytes} bytes`),
  v.check((text) => !placeholder.test(text), 'must not be one that stands in examples'),
  v.check((text) => new Set(text).size >= minDifferent, 'must be random, such as of: openssl rand -hex 32'),
)

/** What the services show each other. In development none is needed, so that any client of the seed may call. */
export const grpcSecret = isProduction
  ? v.optional(v.pipe(v.string(), v.nonEmpty('GRPC_SECRET is required in production'), secret), '')
  : v.optional(secret)
