import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onCleanup } from './cleanup.ts'

const root = join(import.meta.dir, '..')
/** Folders that no executable contains a file of. */
const leftOut = new Set(['.git', '.data', 'dist', 'docs'])

const entries = {
  'user-srv': 'user-srv/src/main.ts',
  'feed-srv': 'feed-srv/src/main.ts',
  'web-srv': 'web-srv/src/main.ts',
  'one-box': 'one-box/commands.ts',
}

let built: Promise<string> | undefined

/**
 * The folder with the executables as `bun run build` compiles them, once for all tests of a run: run.ts gives it to the
 * runs of `bun test` that it starts. The sources and the node_modules that they were built from are deleted: some
 * packages look for files at the path of their build.
 */
export function executables(): Promise<string> {
  const { TEST_EXECUTABLES } = Bun.env
  built ??= TEST_EXECUTABLES ? Promise.resolve(TEST_EXECUTABLES) : build()
  return built
}

async function build(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), 'douyin-checkout-'))
  const folder = await mkdtemp(join(tmpdir(), 'douyin-dist-'))
  onCleanup(() => rm(folder, { recursive: true, force: true }))
  try {
    const names = (await readdir(root)).filter((name) => !leftOut.has(name))
    // Hard links are quicker than a copy, but need both folders on one disk.
    await Bun.$`cp -al ${names} ${checkout} || cp -a ${names} ${checkout}`.cwd(root).quiet()
    await Bun.$`${process.execPath} dev/build.ts --out ${folder}`.cwd(checkout).quiet()
  } finally {
    await rm(checkout, { recursive: true, force: true })
  }
  return folder
}

/** The command of a service or of one-box. It runs the sources, or in a whole run the executables, which start faster. */
export function programOf(name: keyof typeof entries): string[] {
  const { TEST_EXECUTABLES } = Bun.env
  return TEST_EXECUTABLES ? [join(TEST_EXECUTABLES, name)] : [process.execPath, join(root, entries[name])]
}

/** The `command` option of a stack that runs the executables. */
export async function compiled(): Promise<(name: string) => string[]> {
  const folder = await executables()
  return (name) => [join(folder, name)]
}
