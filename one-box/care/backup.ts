import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mediaKeys } from '../../feed-srv/src/audit.ts'
import { version } from '../../package.json'
import { pictureKeys } from '../../user-srv/src/audit.ts'
import { isKey, pathOfKey } from '../../web-srv/src/media/storage.ts'
import { openPlaces } from './places.ts'
import { type SavedTable, saveTables } from './tables.ts'

export interface Manifest {
  format: 1
  version: string
  time: string
  user: SavedTable[]
  feed: SavedTable[]
  files: number
}

export const services = ['user', 'feed'] as const
export const manifestOf = (folder: string) => join(folder, 'manifest.json')

/**
 * `backup DIR`: a copy that `restore` brings back. While all goes on as usual: each database as it is at one moment, user-srv's
 * first, so that nobody likes a video that is not in it; then the files, which never change and stay for a day after
 * their rows are gone. Into a folder that has a backup already, only files that are not there are copied.
 */
export async function backup([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('backup takes the folder to write to')
  const places = await openPlaces()
  // What has no manifest is no backup, whatever lies there.
  await rm(manifestOf(folder), { force: true })
  const saved: Record<(typeof services)[number], SavedTable[]> = { user: [], feed: [] }
  for (const service of services) {
    await mkdir(join(folder, service), { recursive: true })
    saved[service] = await saveTables(places[service].$client, (table) => join(folder, service, `${table}.jsonl`))
  }
  const keys = [...(await mediaKeys(places.feed)), ...(await pictureKeys(places.user))].filter(isKey)
  const missing: string[] = []
  for (const key of keys) if (!(await copyOnce(places.mediaDir, join(folder, 'media'), key))) missing.push(key)
  const manifest: Manifest = { format: 1, version, time: new Date().toISOString(), ...saved, files: keys.length }
  await writeFile(`${manifestOf(folder)}.new`, `${JSON.stringify(manifest, null, 2)}\n`)
  await rename(`${manifestOf(folder)}.new`, manifestOf(folder))
  const rows = services.flatMap((service) => saved[service]).reduce((sum, table) => sum + table.rows, 0)
  console.log(`${rows} rows and ${keys.length - missing.length} files in ${folder}`)
  for (const key of missing) console.log(`a row names ${key}, which is not there`)
  await places.close()
  process.exit(missing.length === 0 ? 0 : 1)
}

/** Copies the file of a key from one media folder to another, whole or not at all; false if it is in neither. */
export async function copyOnce(from: string, to: string, key: string): Promise<boolean> {
  const [source, target] = [pathOfKey(from, key), pathOfKey(to, key)]
  const [found, there] = await Promise.all([stat(source), stat(target)].map((asked) => asked.catch(() => undefined)))
  if (there && (!found || there.size === found.size)) return true
  if (!found) return false
  await mkdir(join(target, '..'), { recursive: true })
  await copyFile(source, `${target}.new`)
  await rename(`${target}.new`, target)
  return true
}

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestOf(folder), 'utf8').catch(() => {
    throw new Error(`${folder} has no manifest.json: it is no backup, or one that was broken off`)
  })
  const manifest: Manifest = JSON.parse(text)
  if (manifest.format !== 1) throw new Error('this backup was made by a later version')
  return manifest
}
