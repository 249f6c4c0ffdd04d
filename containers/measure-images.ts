// `bun run images [--zstd LEVEL]`: builds the images, starts them, and prints their sizes, start times and memory.
import { parseArgs } from 'node:util'
import { buildImages, type ImageName, imageNames, imageOf } from './images.ts'
import { type ComposeInstallation, install } from './installation.ts'
import { pageMs } from './pages.ts'
import { type Sizes, sizesOf, sizesOfFile } from './sizes.ts'
import { type Startup, startupOf } from './startup.ts'

const bunImage = 'oven/bun:1.4.5-slim'
const baseImage = 'gcr.io/distroless/base-nossl-debian13:nonroot'
/** No response is shared, so that every page is made. */
const unshared = { SHARE_MS: '0', RATE_LIMIT: 'off' }

const { values } = parseArgs({ options: { zstd: { type: 'string', default: '3' } } })
const level = Number(values.zstd)
if (!(level >= 1 && level <= 22)) {
  console.error('--zstd takes a level from 1 to 22')
  process.exit(64)
}
await buildImages()

const three = await measure('docker-compose.yml', ['user-srv', 'feed-srv', 'web-srv'])
const one = await measure('compose.one-box.yml', ['one-box'])
const startups: Partial<Record<ImageName, Startup>> = { ...three.startups, ...one.startups }

const runtime = await sizesOfFile(bunImage, '/usr/local/bin/bun', level)
const base = await sizesOf(baseImage, level)
const floor = runtime.gzip + base.gzip
console.log(
  `| image | on disk | gzip | zstd -${level} | gzip, of runtime and base | start to ready | idle RSS | private part |`,
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
row('the Bun runtime alone', runtime)
row('the base alone', base)
for (const name of imageNames) row(name, await sizesOf(imageOf(name), level), startups[name])
console.log(
  `\nA feed page of 30 videos, nothing shared, one caller: ${three.page} ms of three processes, ${one.page} ms of one.`,
)

async function measure(file: string, services: ImageName[]) {
  const installation = await install(file, unshared)
  try {
    const page = (await pageMs(installation.base)).toFixed(1)
    return { page, startups: await startupsOf(installation, services) }
  } finally {
    await installation.remove()
  }
}

/** One after the other: concurrent starts take longer. */
async function startupsOf(installation: ComposeInstallation, services: ImageName[]) {
  const startups: Partial<Record<ImageName, Startup>> = {}
  for (const name of services) startups[name] = await startupOf(installation, name)
  return startups
}

function row(name: string, { plain, gzip, zstd }: Sizes, startup?: Startup): void {
  const ratio = startup ? (gzip / floor).toFixed(2) : ''
  const { all, own } = startup?.idle ?? {}
  const sizes = [plain, gzip, zstd].map(megabytes)
  const cells = [name, ...sizes, ratio, startup ? `${startup.readyMs} ms` : '', megabytes(all), megabytes(own)]
  console.log(`| ${cells.join(' | ')} |`)
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1)} MB`
}
