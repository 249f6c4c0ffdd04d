import type { ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import protobuf from 'protobufjs'
import type { Feed } from './feed.gen.ts'
import feedProto from './feed.proto' with { type: 'text' }
import healthProto from './health.proto' with { type: 'text' }
import type { User } from './user.gen.ts'
import userProto from './user.proto' with { type: 'text' }

/** A service as its .proto defines it, typed by the object of async functions that implements it. */
export interface Contract<Service> {
  name: string
  definition: ServiceDefinition
  /** Never set at run time: it carries the type of the service. */
  service?: Service
}

export const feedContract = contract<Feed>('Feed', feedProto)
export const userContract = contract<User>('User', userProto)
export const healthContract = contract<object>('grpc.health.v1.Health', healthProto)

/** Parses text, not a file: a compiled binary has no .proto file to open. */
function contract<Service>(name: string, proto: string): Contract<Service> {
  const { root } = protobuf.parse(proto, { keepCase: true })
  root.addJSON(protobuf.common.get('google/protobuf/empty.proto')?.nested ?? {})
  const loaded = fromJSON(root.toJSON(), { keepCase: true, longs: Number, enums: String, defaults: true, arrays: true })
  return { name, definition: loaded[name] as ServiceDefinition }
}

/** The name of an RPC as a method: `GetVideos` is `getVideos`. */
export function camelCase(method: string): string {
  return method.charAt(0).toLowerCase() + method.slice(1)
}
