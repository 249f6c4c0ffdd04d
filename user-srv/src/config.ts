import {
  databaseUrl,
  givenInProduction,
  grpcHost,
  grpcSecret,
  isProduction,
  logLevel,
  metricsPort,
  onOrOff,
  port,
  wholeNumber,
} from '@douyin/process'
import * as v from 'valibot'

export const configSchema = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((settings) => ({ ...settings, DATABASE_URL: settings.USER_DATABASE_URL ?? settings.DATABASE_URL })),
  v.object({
    DATABASE_URL: databaseUrl('USER_DATABASE_URL or DATABASE_URL'),
    GRPC_HOST: grpcHost,
    GRPC_SECRET: grpcSecret,
    USER_GRPC_PORT: port(9081),
    FEED_GRPC_ADDRESS: givenInProduction('FEED_GRPC_ADDRESS', '127.0.0.1:9082'),
    /** The minimum length of a password in characters: 6 for the camp's app, 8 is the better choice. */
    PASSWORD_MIN: wholeNumber(6, 1, 32),
    /** Rejects the most common passwords. */
    PASSWORD_DENY_COMMON: onOrOff(isProduction),
    USER_METRICS_PORT: metricsPort(9181),
    LOG_LEVEL: logLevel,
  }),
)

export type UserConfig = v.InferOutput<typeof configSchema>
