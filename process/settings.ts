import { readFileSync } from 'node:fs'
import * as v from 'valibot'

/**
 * Reads the settings of a service, once at its start. A wrong or missing setting ends the process with a line that
 * names it. No value is printed, since some are secrets. A secret may be in a file that NAME_FILE names.
 */
export function readConfig<const Schema extends v.GenericSchema>(
  schema: Schema,
  environment: Record<string, string | undefined> = Bun.env,
): v.InferOutput<Schema> {
  // An empty setting means its default. Compose files pass one for a setting that is not set.
  const nonEmpty = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const settings = { ...fromFiles(nonEmpty), ...nonEmpty }
  const result = v.safeParse(schema, settings, { abortPipeEarly: true })
  if (result.success) return result.output
  for (const issue of result.issues) console.error(`${v.getDotPath(issue) ?? 'settings'}: ${issue.message}`)
  process.exit(78)
}

/** Settings that container engines pass as files: secrets, and URLs, which contain passwords. */
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

/** A setting with a whole number within bounds. */
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

/** The address where gRPC listens: in production all interfaces, otherwise only this machine. */
export const grpcHost = v.optional(v.string(), isProduction ? '0.0.0.0' : '127.0.0.1')

/** The port of the metrics for Prometheus. In development, nothing listens unless it is set. */
export const metricsPort = (inProduction: number) =>
  isProduction
    ? port(inProduction)
    : v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'must be a port'), v.transform(Number), v.maxValue(65_535)))

export const logLevel = v.optional(v.picklist(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info')

/** A setting that is required in production. The fallback is for development only. */
export const givenInProduction = (name: string, fallback: string) =>
  isProduction
    ? v.optional(v.pipe(v.string(), v.nonEmpty(`${name} is required in production`)), '')
    : v.optional(v.string(), fallback)

/** The URL of a MySQL database. The message names `settings` and never the value, which contains a password. */
export const databaseUrl = (settings: string) =>
  v.pipe(
    givenInProduction(settings, 'mysql://root@127.0.0.1:3306/douyin'),
    v.check(
      isDatabaseUrl,
      `${settings} must be like mysql://user:password@host:3306/name, with signs such as / # ? % in the password written as %2F %23 %3F %25`,
    ),
  )

function isDatabaseUrl(text: string): boolean {
  // An empty value is already reported as required.
  if (text === '') return true
  try {
    const { protocol, hostname, pathname, hash, username, password, searchParams } = new URL(text)
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    const hasTarget = hostname !== '' || searchParams.has('socketPath')
    return /^(?:mysql|mariadb):$/.test(protocol) && hasTarget && /^(?:\/[^/@]*)?$/.test(pathname) && hash === ''
  } catch {
    return false
  }
}

const minSecretBytes = 32
/** A random secret of that length always has more distinct characters. */
const minDistinctCharacters = 8
/** Texts that stand in examples in place of a secret. */
const placeholder = /change.?(?:me|this|it)|your.{0,10}secret|example|placeholder|default|douyin.?secret|12345678/i

/** A secret that cannot be guessed: long, and not from an example. */
export const secret = v.pipe(
  v.string(),
  v.minBytes(minSecretBytes, `must have at least ${minSecretBytes} bytes`),
  v.check((text) => !placeholder.test(text), 'must not be one that stands in examples'),
  v.check((text) => new Set(text).size >= minDistinctCharacters, 'must be random, such as of: openssl rand -hex 32'),
)

/** The secret that the services send each other. Optional in development, so that any client of the seed can call. */
export const grpcSecret = isProduction
  ? v.optional(v.pipe(v.string(), v.nonEmpty('GRPC_SECRET is required in production'), secret), '')
  : v.optional(secret)
