// `bun run seed [--users N] [--videos N | --folder DIR]`: demo data for the services that `bun dev` runs, with films of our
// making or of a folder.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDemo } from './demo.ts'
import { filmsOf, generatedFilms } from './films.ts'

const root = join(import.meta.dir, '..')
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '30' },
    videos: { type: 'string', default: '40' },
    folder: { type: 'string' },
  },
})
const count = (name: 'users' | 'videos') => {
  const wanted = Number(values[name])
  if (Number.isInteger(wanted) && wanted > 0) return wanted
  console.error(`--${name} takes a number above 0`)
  process.exit(2)
}
const films = values.folder
  ? await ownFilms(values.folder)
  : generatedFilms(join(root, '.data', 'clips'), count('videos'))
const { env } = Bun
const users = count('users')
await fillDemo({
  userAddress: env.USER_GRPC_ADDRESS || `127.0.0.1:${env.USER_GRPC_PORT || 9081}`,
  feedAddress: env.FEED_GRPC_ADDRESS || `127.0.0.1:${env.FEED_GRPC_PORT || 9082}`,
  mediaDir: env.MEDIA_DIR || join(root, '.data', 'media'),
  users,
  films,
}).catch((error) => {
  console.error(`${error.message}\nIs \`bun dev\` running?`)
  process.exit(1)
})

async function ownFilms(folder: string) {
  const found = await filmsOf(folder).catch(() => [])
  if (found.length > 0) return found
  console.error(`--folder: no MP4, MOV or WebM in ${folder}`)
  process.exit(2)
}
