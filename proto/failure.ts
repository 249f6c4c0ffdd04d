import { status } from '@grpc/grpc-js'

/**
 * The one error that a caller can act on: a gRPC status code and a sentence for the user. It crosses the wire
 * unchanged. Every other error is a bug: it is logged where it happened, and the caller gets `INTERNAL`.
 */
export class Failure extends Error {
  readonly code: status

  constructor(code: status, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.code = code
  }
}

export const invalid = (message: string) => new Failure(status.INVALID_ARGUMENT, message)
export const notFound = (message: string) => new Failure(status.NOT_FOUND, message)
export const taken = (message: string) => new Failure(status.ALREADY_EXISTS, message)
export const forbidden = (message: string) => new Failure(status.PERMISSION_DENIED, message)
export const unauthenticated = (message: string) => new Failure(status.UNAUTHENTICATED, message)
export const tooMuch = (message: string) => new Failure(status.RESOURCE_EXHAUSTED, message)
export const unavailable = (message: string, options?: ErrorOptions) =>
  new Failure(status.UNAVAILABLE, message, options)

export { status }
