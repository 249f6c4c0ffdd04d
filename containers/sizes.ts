import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { copyOut, root } from './docker.ts'

/** Sizes in bytes: on disk, and as pulled with either compression. */
export interface Sizes {
  plain: number
  gzip: number
  zstd: number
}

const gzip = promisify<zlib.InputType, zlib.ZlibOptions, Uint8Array>(zlib.gzip)
/** The sizes of layers by name. Layers that several images share are measured once. */
const measured = new Map<string, Promise<Sizes>>()

/** The total size of the layers of an image. */
export async function sizesOf(image: string, zstdLevel: number): Promise<Sizes> {
  return inFolder(async (folder) => {
    await Bun.$`docker save ${image} | tar -x -C ${folder}`.cwd(root).quiet()
    const [manifest] = (await Bun.file(join(folder, 'manifest.json')).json()) as { Layers: string[] }[]
    const layers = await Promise.all(manifest!.Layers.map((layer) => measure(layer, join(folder, layer), zstdLevel)))
    return layers.reduce(add)
  })
}

/** The size of one file of an image. */
export async function sizesOfFile(image: string, path: string, zstdLevel: number): Promise<Sizes> {
  return inFolder(async (folder) => {
    await copyOut(image, path, join(folder, 'file'))
    return measure(path, join(folder, 'file'), zstdLevel)
  })
}

function measure(name: string, path: string, level: number): Promise<Sizes> {
  const sizes = measured.get(name) ?? compress(path, level)
  measured.set(name, sizes)
  return sizes
}

async function compress(path: string, level: number): Promise<Sizes> {
  const stored = await Bun.file(path).bytes()
  // Some engines save their layers compressed.
  const bytes = stored[0] === 0x1f && stored[1] === 0x8b ? Bun.gunzipSync(stored) : stored
  const [gzipped, zstd] = await Promise.all([gzip(bytes, { level: 6 }), Bun.zstdCompress(bytes, { level })])
  return { plain: bytes.length, gzip: gzipped.length, zstd: zstd.length }
}

const add = (one: Sizes, other: Sizes): Sizes => ({
  plain: one.plain + other.plain,
  gzip: one.gzip + other.gzip,
  zstd: one.zstd + other.zstd,
})

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-sizes-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
