import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './ending.ts'

const root = join(import.meta.dir, '..')
/** Nothing of these goes into an executable. */
const leftOut = new Set(['.git', '.data', 'dist', 'docs'])

let built: Promise<string> | undefined

/**
 * The folder with the executables as `bun run build` compiles them, once for all tests of a run. Neither the sources nor
 * the node_modules that they were built from are there any more: some packages remember where they lay.
 */
export function executables(): Promise<string> {
  built ??= build()
  return built
}

async function build(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), 'douyin-checkout-'))
  const folder = await mkdtemp(join(tmpdir(), 'douyin-dist-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  try {
    const names = (await readdir(root)).filter((name) => !leftOut.has(name))
    // Links are quick, where both lie on one disk.
    await Bun.$`cp -al ${names} ${checkout} || cp -a ${names} ${checkout}`.cwd(root).quiet()
    await Bun.$`${process.execPath} dev/build.ts --out ${folder}`.cwd(checkout).quiet()
  } finally {
    await rm(checkout, { recursive: true, force: true })
  }
  return folder
}

/** How a stack starts them. */
export async function compiled(): Promise<(name: string) => string[]> {
  const folder = await executables()
  return (name) => [join(folder, name)]
}
