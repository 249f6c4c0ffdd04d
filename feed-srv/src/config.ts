import { databaseUrl, grpcHost, grpcSecret, logLevel, metricsPort, port, wholeNumber } from '@douyin/process'
import * as v from 'valibot'

export const configSchema = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((settings) => ({ ...settings, DATABASE_URL: settings.FEED_DATABASE_URL ?? settings.DATABASE_URL })),
  v.object({
    DATABASE_URL: databaseUrl('FEED_DATABASE_URL or DATABASE_URL'),
    GRPC_HOST: grpcHost,
    GRPC_SECRET: grpcSecret,
    FEED_GRPC_PORT: port(9082),
    /** How long the row of a deleted video is kept; in web-srv also a file that no row ever named. */
    MEDIA_GRACE_SECONDS: wholeNumber(86_400, 60, 1e9),
    FEED_METRICS_PORT: metricsPort(9182),
    LOG_LEVEL: logLevel,
  }),
)

export type FeedConfig = v.InferOutput<typeof configSchema>
