import { docker } from './docker.ts'

/** A file or folder of an image, as `ls -l` shows it. */
export interface Entry {
  path: string
  /** Such as drwxr-xr-x. */
  mode: string
  owner: number
  size: number
}

/** All files of an image, without those that an engine adds to each container. */
export async function filesOf(image: string): Promise<Entry[]> {
  const container = await docker(['create', image, 'nothing'])
  try {
    const listing = await Bun.$`docker export ${container} | tar --numeric-owner -tvf -`.quiet().text()
    return listing
      .trim()
      .split('\n')
      .map(entryOf)
      .filter(({ path }) => !addedByEngine.test(path))
  } finally {
    await docker(['rm', container])
  }
}

const addedByEngine = /^(\.dockerenv|(dev|proc|sys)\/.*|etc\/(hostname|hosts|mtab|resolv\.conf))$/

function entryOf(line: string): Entry {
  const [mode, owner, size, , , path] = line.split(/ +/, 6) as [string, string, string, string, string, string]
  return { path, mode, owner: Number(owner.split('/')[0]), size: Number(size) }
}
