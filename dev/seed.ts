// `bun run seed [--users N] [--videos N]`: demo data for the services that `bun dev` runs.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDemo } from './demo.ts'

const root = join(import.meta.dir, '..')
const { values } = parseArgs({
  options: { users: { type: 'string', default: '30' }, videos: { type: 'string', default: '40' } },
})
const count = (name: 'users' | 'videos') => {
  const wanted = Number(values[name])
  if (Number.isInteger(wanted) && wanted > 0) return wanted
  console.error(`--${name} takes a number above 0`)
  process.exit(2)
}
const { env } = Bun
const users = count('users')
const videos = count('videos')
await fillDemo({
  userAddress: env.USER_GRPC_ADDRESS || `127.0.0.1:${env.USER_GRPC_PORT || 9081}`,
  feedAddress: env.FEED_GRPC_ADDRESS || `127.0.0.1:${env.FEED_GRPC_PORT || 9082}`,
  mediaDir: env.MEDIA_DIR || join(root, '.data', 'media'),
  clipsDir: join(root, '.data', 'clips'),
  users,
  videos,
}).catch((error) => {
  console.error(`${error.message}\nIs \`bun dev\` running?`)
  process.exit(1)
})
