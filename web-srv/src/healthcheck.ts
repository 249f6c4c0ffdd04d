import { readConfig } from '@douyin/process'
import { configSchema } from './config.ts'

const { WEB_PORT } = readConfig(configSchema)
const answer = await fetch(`http://127.0.0.1:${WEB_PORT}/readyz`, { signal: AbortSignal.timeout(4000) }).catch(
  () => undefined,
)
process.exit(answer?.ok ? 0 : 1)
