import { readConfig } from '@douyin/process'
import { isServing } from '@douyin/proto'
import { configSchema } from './config.ts'

process.exit((await isServing(readConfig(configSchema).USER_GRPC_PORT)) ? 0 : 1)
