import { Metadata, type ServiceError } from '@grpc/grpc-js'

const key = 'failure'

/** The trailer that distinguishes a service's own Failure from a status that grpc-js or a proxy created. */
export function ownFailure(): Metadata {
  const trailer = new Metadata()
  trailer.set(key, '1')
  return trailer
}

export const isOwnFailure = ({ metadata }: Partial<ServiceError>) => (metadata?.get(key).length ?? 0) > 0
