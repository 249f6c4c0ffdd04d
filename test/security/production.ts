import type { StackOptions } from '../stack.ts'

/** 32 random bytes, as in an installation; new for each run. */
export const grpcSecret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')

/** A stack with production settings, including rate limits. */
export const production: StackOptions = {
  env: { NODE_ENV: 'production', GRPC_SECRET: grpcSecret, GRPC_HOST: '127.0.0.1', RATE_LIMIT: 'on' },
}
