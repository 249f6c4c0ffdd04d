// `bun run seed [--users N] [--videos N | --folder DIR]`: adds demo data to the services that `bun dev` runs, with
// generated videos or those of a folder.
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
  const number = Number(values[name])
  if (Number.isInteger(number) && number > 0) return number
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
  const films = await filmsOf(folder).catch(() => [])
  if (films.length > 0) return films
  console.error(`--folder: no MP4, MOV or WebM in ${folder}`)
  process.exit(2)
}
