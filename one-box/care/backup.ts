import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJournal, tablesOf } from '@douyin/database'
import { mediaKeys } from '../../feed-srv/src/audit.ts'
import { version } from '../../package.json'
import { pictureKeys } from '../../user-srv/src/audit.ts'
import { sync } from '../../web-srv/src/media/disk.ts'
import { isKey, pathOfKey } from '../../web-srv/src/media/storage.ts'
import { fileOf, journalOf, type Manifest, manifestOf, readManifest } from './manifest.ts'
import { digestOf } from './media.ts'
import { known, openPlaces, type Places, type Service, services } from './places.ts'
import { type SavedTable, saveTables } from './tables.ts'

/**
 * `backup DIR`: a copy that `restore` brings back. While all goes on as usual: each database as it is at one moment, user-srv's
 * first, so that nobody likes a video that is not in it; then the files, which never change and stay for a day after
 * their rows are gone. Into a folder that has a backup already, only files that are not there are copied; and the rows of the one
 * before stay until all of the new one is written.
 */
export async function backup([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('backup takes the folder to write to')
  const places = await openPlaces('keep')
  const time = new Date().toISOString()
  const rows = `rows-${time.replace(/\D/g, '')}`
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw new Error(`${folder} cannot be written to: ${error.code}`)
  })
  const saved = await saveRows(places, folder, rows).catch(async (error) => {
    // A disk that is full of half a backup would have no room for the next one either.
    await rm(join(folder, rows), { recursive: true, force: true })
    throw error
  })
  const keys = [...(await mediaKeys(places.feed)), ...(await pictureKeys(places.user))].filter(isKey)
  const lost: string[] = []
  for (const key of keys) {
    const copied = await copyOnce(places.mediaDir, join(folder, 'media'), key)
    if (copied !== 'there')
      lost.push(`a row names ${key}, which ${copied === 'missing' ? 'is not there' : 'has other bytes'}`)
  }
  await writeManifest(folder, { format: 2, version, time, rows, ...saved, files: keys.length })
  const count = services.flatMap((service) => saved[service]).reduce((sum, table) => sum + table.rows, 0)
  console.log(`${count} rows and ${keys.length - lost.length} files in ${folder}`)
  for (const line of lost) console.log(line)
  await places.close()
  process.exit(lost.length === 0 ? 0 : 1)
}

async function saveRows(places: Places, folder: string, rows: string): Promise<Record<Service, SavedTable[]>> {
  const saved: Record<Service, SavedTable[]> = { user: [], feed: [] }
  for (const service of services) {
    await mkdir(join(folder, rows, service), { recursive: true })
    const tables = await ownTables(places, service)
    const pathOf = (table: string) => fileOf(folder, { rows }, service, table)
    saved[service] = await saveTables(places[service].$client, tables, pathOf)
  }
  return saved
}

/** The journal, and the tables that the migrations in it made: another service may have its own in the same database. */
async function ownTables(places: Places, service: Service): Promise<string[]> {
  const journal = await readJournal(places[service].$client.promise(), service)
  return [journalOf(service), ...tablesOf(known[service].filter(({ tag }) => journal.has(tag)))]
}

/** From then on it is the backup of this folder, and the rows of the one before are removed. */
async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const before = await readManifest(folder).catch(() => undefined)
  await writeFile(`${manifestOf(folder)}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
  await rename(`${manifestOf(folder)}.new`, manifestOf(folder))
  await sync(folder)
  const old = before?.format === 1 ? [...services] : []
  const late = (await readdir(folder)).filter((name) => /^rows-\d+$/.test(name) && name !== manifest.rows)
  await Promise.all([...old, ...late].map((name) => rm(join(folder, name), { recursive: true })))
}

/**
 * Copies the file of a key from one media folder to another, whole or not at all. One with other bytes than its name says is not
 * copied, least of all over a good one.
 */
export async function copyOnce(from: string, to: string, key: string): Promise<'there' | 'missing' | 'damaged'> {
  const [source, target] = [pathOfKey(from, key), pathOfKey(to, key)]
  const [found, there] = await Promise.all([stat(source), stat(target)].map((asked) => asked.catch(() => undefined)))
  if (there && (!found || there.size === found.size)) return 'there'
  if (!found) return 'missing'
  await mkdir(join(target, '..'), { recursive: true })
  const copy = `${target}.new`
  await copyFile(source, copy)
  if ((await digestOf(Bun.file(copy))) !== key.slice(0, 64)) {
    await rm(copy)
    return 'damaged'
  }
  await sync(copy)
  await rename(copy, target)
  return 'there'
}
