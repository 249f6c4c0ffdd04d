export {
  characters,
  checkId,
  checkIds,
  checkKey,
  checkLength,
  checkLimit,
  checkText,
  limits,
  maxFollowsInFeed,
  maxIds,
  newId,
  parseActionType,
} from './check.ts'
export { type Connection, connect, isServing } from './client.ts'
export { feedContract, userContract } from './contract.ts'
export { decodeFailure, encodeFailure, Failure, status } from './failure.ts'
export type * from './feed.gen.ts'
export { inProcessClient } from './in-process-client.ts'
export { foldCase, foldName, normalName } from './names.ts'
export { failureOf, outcomeOf } from './outcome.ts'
export { type Field, isField, type Reason, reasons, type Unit, type Values } from './reasons.ts'
export { type RunningServer, serve } from './server.ts'
export type { FailureOptions, Log } from './to-failure.ts'
export type * from './user.gen.ts'
