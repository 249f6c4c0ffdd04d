import { lstatSync } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartFailure } from '@douyin/process'
import { ignoreMissing, isDiskFull } from './disk.ts'
import { temporaryFolder } from './storage.ts'

/** sysexits.h EX_CANTCREAT. */
const cannotCreate = 73

/**
 * Creates the media folder and its folder for temporary files, and writes a file as a test. So a wrong MEDIA_DIR is
 * reported to the person who starts the process, not to the first user who uploads. If the disk is full and the folder
 * is already in use, this only calls `warn`, since videos can still be watched and deleted.
 */
export async function prepareFolder(directory: string, warn: (sentence: string) => void): Promise<void> {
  const root = resolve(directory)
  const temporary = temporaryFolder(root)
  let isInUse = false
  try {
    isInUse = lstatSync(temporary, { throwIfNoEntry: false })?.isDirectory() ?? false
    await mkdir(temporary, { recursive: true })
    await testWrite(root, temporary)
  } catch (error) {
    const sentence = `MEDIA_DIR: ${problem(root, error)}`
    if (!isInUse || !isDiskFull(error)) throw new StartFailure(sentence, cannotCreate)
    warn(sentence)
  }
}

/** Does what an upload does: writes a file in the temporary folder and renames it into the media folder. */
async function testWrite(root: string, temporary: string): Promise<void> {
  const name = crypto.randomUUID()
  const paths = [join(temporary, name), join(root, name)] as const
  try {
    const file = await open(paths[0], 'wx')
    await file.writeFile('a').finally(() => file.close())
    await rename(...paths)
    // Folders of an earlier run may belong to another user.
    const ownFolders = (await readdir(root)).filter((folder) => /^(?:[0-9a-f]{2}|trash|leaving)$/.test(folder))
    await Promise.all(ownFolders.map((folder) => access(join(root, folder), constants.W_OK).catch(ignoreMissing)))
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
