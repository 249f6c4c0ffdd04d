import { BlockList } from 'node:net'
import {
  givenInProduction,
  grpcHost,
  grpcSecret,
  logLevel,
  metricsPort,
  onOrOff,
  port,
  secret,
  wholeNumber,
  wholeNumberText,
} from '@douyin/process'
import * as v from 'valibot'
import { rulesSetting } from './auth/rate-limit.ts'
import { addressList } from './http/client-address.ts'
import { mediaSettings } from './media/media-limits.ts'

const jwtSecret = v.pipe(givenInProduction('JWT_SECRET', crypto.randomUUID() + crypto.randomUUID()), secret)

/** The origin of this server, without a path: player and API need the root of a host of their own. */
const publicBaseUrl = v.pipe(
  v.string(),
  v.url('must be a URL such as https://video.example.org'),
  v.regex(/^https?:/i, 'must begin with http:// or https://'),
  v.check(
    isBare,
    'must be a scheme and a host alone, such as https://video.example.org: a sub-path does not work, so give this server a (sub)domain or a port of its own',
  ),
  v.transform((url) => new URL(url).origin),
)

const timeZone = v.pipe(
  v.string(),
  v.check((zone) => isTimeZone(zone), 'must be the IANA name of a time zone'),
)

/** True if the URL has no user, path, query or fragment. A slash at the end is allowed. */
function isBare(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.href === `${parsed?.origin}/` && /^[^?#@]*$/.test(url)
}

const isOrigin = (text: string) => /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text

/** A list such as `https://app.example.org, https://other.example.org`. A wildcard is not allowed. */
const origins = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').flatMap((origin) => origin.trim() || [])),
  v.array(v.pipe(v.string(), v.check(isOrigin, 'must be origins such as https://app.example.org'))),
)

/** A list of addresses and networks such as `10.0.0.0/8, 192.168.1.1`. */
const addresses = v.pipe(
  v.string(),
  v.transform(addressList),
  v.instance(BlockList, 'must be addresses or networks such as 10.0.0.0/8, with commas between'),
)

export const configSchema = v.object({
  WEB_PORT: port(8080),
  USER_GRPC_ADDRESS: givenInProduction('USER_GRPC_ADDRESS', '127.0.0.1:9081'),
  FEED_GRPC_ADDRESS: givenInProduction('FEED_GRPC_ADDRESS', '127.0.0.1:9082'),
  /** Folder of the uploaded files. */
  MEDIA_DIR: givenInProduction('MEDIA_DIR', '.data/media'),
  /** How long a file is kept that no row has ever named. Must exceed the time from storing a file to its row. */
  MEDIA_GRACE_SECONDS: wholeNumber(86_400, 60, 1e9),
  /** Free disk space that uploads must leave in MEDIA_DIR. If not set: the lesser of 5 % and 1 GiB. */
  MEDIA_RESERVE_BYTES: v.optional(wholeNumberText()),
  /** Disk space of all uploads together whose token has not arrived yet. */
  MAX_UNKNOWN_UPLOAD_BYTES: wholeNumber(1 << 30, 0),
  /** Prefix of URLs in responses. If not set: the called host, if it is private; else URLs are paths. */
  PUBLIC_BASE_URL: v.optional(publicBaseUrl),
  /** Signs tokens. In development each start makes a new one, so all users must sign in again. */
  JWT_SECRET: jwtSecret,
  /** The previous JWT_SECRET. Its tokens stay valid. */
  JWT_SECRET_PREVIOUS: v.optional(secret),
  /** The secret that user-srv and feed-srv require from their callers. */
  GRPC_SECRET: grpcSecret,
  /** How long a page may be cached, ms. With 0 nothing is cached. */
  SHARE_MS: wholeNumber(1000, 0, 1000),
  RATE_LIMIT: onOrOff(true),
  /** Overrides of the allowances in docs/limits.md. */
  RATE_LIMITS: rulesSetting,
  /** Other origins whose scripts may call the API. */
  CORS_ORIGINS: v.optional(origins, ''),
  /** Proxies whose forwarding headers are trusted. */
  TRUSTED_PROXIES: v.optional(addresses, ''),
  /** Time zone in which the date of a comment is shown. */
  TIME_ZONE: v.optional(timeZone, 'Asia/Shanghai'),
  WEB_METRICS_PORT: metricsPort(9180),
  GRPC_HOST: grpcHost,
  LOG_LEVEL: logLevel,
  ...mediaSettings,
})

export type WebConfig = v.InferOutput<typeof configSchema>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
