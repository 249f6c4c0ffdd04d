import { join } from 'node:path'
import type { DatabaseUrls } from './databases.ts'
import type { Ports } from './ports.ts'
import { keptSecret } from './secret.ts'

/** The environment of the services: the settings of this run, and a value for each setting that is missing. */
export function serviceEnvironment(
  given: Record<string, string | undefined>,
  ports: Ports,
  databases: DatabaseUrls,
  data: string,
): Record<string, string | undefined> {
  return {
    ...given,
    ...databases,
    WEB_PORT: String(ports.WEB_PORT),
    USER_GRPC_PORT: String(ports.USER_GRPC_PORT),
    FEED_GRPC_PORT: String(ports.FEED_GRPC_PORT),
    USER_GRPC_ADDRESS: given.USER_GRPC_ADDRESS || `127.0.0.1:${ports.USER_GRPC_PORT}`,
    FEED_GRPC_ADDRESS: given.FEED_GRPC_ADDRESS || `127.0.0.1:${ports.FEED_GRPC_PORT}`,
    MEDIA_DIR: given.MEDIA_DIR || join(data, 'media'),
    JWT_SECRET: given.JWT_SECRET || keptSecret(data),
  }
}
