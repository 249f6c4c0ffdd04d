import { lstatSync } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartFailure } from '@douyin/process'
import { isDiskFull, unlessGone } from './disk.ts'
import { temporaryFolder } from './storage.ts'

/** sysexits.h EX_CANTCREAT. */
const cannotCreate = 73

/**
 * Makes the folder of media and the one for temporary files in it, and writes a file to try them: whoever starts the
 * process is told then what is wrong with MEDIA_DIR, and not the first person who uploads. A full disk under an
 * installation that is in use is told to `warn` alone, since films can be watched and deleted there.
 */
export async function prepareFolder(directory: string, warn: (sentence: string) => void): Promise<void> {
  const root = resolve(directory)
  const temporary = temporaryFolder(root)
  let isInUse = false
  try {
    isInUse = lstatSync(temporary, { throwIfNoEntry: false })?.isDirectory() ?? false
    await mkdir(temporary, { recursive: true })
    await tryOut(root, temporary)
  } catch (error) {
    const sentence = `MEDIA_DIR: ${problem(root, error)}`
    if (!isInUse || !isDiskFull(error)) throw new StartFailure(sentence, cannotCreate)
    warn(sentence)
  }
}

/** What an upload does: a file is written in one of them and renamed into the other. */
async function tryOut(root: string, temporary: string): Promise<void> {
  const name = crypto.randomUUID()
  const paths = [join(temporary, name), join(root, name)] as const
  try {
    const file = await open(paths[0], 'wx')
    await file.writeFile('a').finally(() => file.close())
    await rename(...paths)
    // Our folders of an earlier run may belong to another user.
    const ours = (await readdir(root)).filter((one) => /^(?:[0-9a-f]{2}|leaving)$/.test(one))
    await Promise.all(ours.map((one) => access(join(root, one), constants.W_OK).catch(unlessGone)))
  } finally {
    await Promise.all(paths.map((path) => rm(path, { force: true }).catch(() => {})))
  }
}

function problem(root: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const user = process.getuid?.() ?? 'this user'
  const another = 'or name another folder'
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `${root} cannot be written by user ${user}: make it that user's with chown -R ${user}, ${another}`
    case 'EROFS':
      return `${root} is on a file system that is mounted read-only: mount it writable, ${another}`
    case 'EEXIST':
    case 'ENOTDIR':
      return `${root} is a file, or lies below one: name a folder`
    case 'ENOSPC':
    case 'EDQUOT':
      return `${root} is on a file system without room: free some, ${another}`
    default:
      return `${root} cannot be made or written (${code}): name another folder`
  }
}
