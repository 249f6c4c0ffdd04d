import type { StackOptions } from '../stack.ts'

/** Of 32 bytes of chance, as an installation has them; made new for each run. */
export const grpcSecret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')

/** The stack as it is in production, limits and all. */
export const production: StackOptions = {
  env: { NODE_ENV: 'production', GRPC_SECRET: grpcSecret, GRPC_HOST: '127.0.0.1', RATE_LIMIT: 'on' },
}
