export { type BackgroundLoop, backgroundLoop } from './background-loop.ts'
export { type BatcherOptions, batcher } from './batcher.ts'
export { type Command, runCommand } from './command.ts'
export { type Gate, type GateOptions, gate } from './gate.ts'
export { createLog, type Log } from './log.ts'
export {
  databaseUrl,
  givenInProduction,
  grpcHost,
  grpcSecret,
  isProduction,
  logLevel,
  metricsPort,
  onOrOff,
  port,
  readConfig,
  secret,
  wholeNumber,
  wholeNumberText,
} from './settings.ts'
export { StartFailure } from './start-failure.ts'
export { logUncaught, stopOnSignal } from './stop.ts'
export { waitAtMost } from './time-limit.ts'
