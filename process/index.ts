export { givenInProduction, grpcHost, isProduction, logLevel, port, readConfig, wholeNumber } from './config.ts'
export { type GateOptions, gate } from './gate.ts'
export { createLog, type Log } from './log.ts'
export { logUncaught, stopOnSignal } from './stop.ts'
