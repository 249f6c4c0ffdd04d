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

/** Where this is reached, and nothing behind it: player and API stand at the root of a name of their own. */
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

/** Without user, path, query and fragment, but for a slash at the end. */
function isBare(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.href === `${parsed?.origin}/` && /^[^?#@]*$/.test(url)
}

const isOrigin = (text: string) => /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text

/** `https://app.example.org, https://other.example.org`; never all. */
const origins = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').flatMap((one) => one.trim() || [])),
  v.array(v.pipe(v.string(), v.check(isOrigin, 'must be origins such as https://app.example.org'))),
)

/** Addresses and networks: `10.0.0.0/8, 192.168.1.1`. */
const addresses = v.pipe(
  v.string(),
  v.transform(addressList),
  v.instance(BlockList, 'must be addresses or networks such as 10.0.0.0/8, with commas between'),
)

export const configSchema = v.object({
  WEB_PORT: port(8080),
  USER_GRPC_ADDRESS: givenInProduction('USER_GRPC_ADDRESS', '127.0.0.1:9081'),
  FEED_GRPC_ADDRESS: givenInProduction('FEED_GRPC_ADDRESS', '127.0.0.1:9082'),
  /** Where uploaded files are kept. */
  MEDIA_DIR: givenInProduction('MEDIA_DIR', '.data/media'),
  /** How long a file stays that no row ever named: longer than it takes from storing a file to its row. */
  MEDIA_GRACE_SECONDS: wholeNumber(86_400, 60, 1e9),
  /** Free space that uploads leave on the disk of the media; not set: the lesser of 5 % and 1 GiB. */
  MEDIA_RESERVE_BYTES: v.optional(wholeNumberText()),
  /** Of all uploads together whose token has not come yet. */
  MAX_UNKNOWN_UPLOAD_BYTES: wholeNumber(1 << 30, 0),
  /** What the URLs in answers begin with; without it the Host that was called, if it is private; else they are paths. */
  PUBLIC_BASE_URL: v.optional(publicBaseUrl),
  /** Signs tokens. In development a new one each start: everybody signs in again. */
  JWT_SECRET: jwtSecret,
  /** The one before, whose tokens stay good. */
  JWT_SECRET_PREVIOUS: v.optional(secret),
  /** What user-srv and feed-srv want to be shown. */
  GRPC_SECRET: grpcSecret,
  /** How long a page may be kept for who asks next, ms; 0 keeps nothing. */
  SHARE_MS: wholeNumber(1000, 0, 1000),
  RATE_LIMIT: onOrOff(true),
  /** Other allowances than those of docs/limits.md. */
  RATE_LIMITS: rulesSetting,
  /** Pages of other origins whose scripts may call the API. */
  CORS_ORIGINS: v.optional(origins, ''),
  /** The proxies of ours, whose word on who calls is taken. */
  TRUSTED_PROXIES: v.optional(addresses, ''),
  /** In which a comment's day is shown. */
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
