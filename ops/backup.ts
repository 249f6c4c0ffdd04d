import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJournal, tablesOf } from '@douyin/database'
import { version } from '../package.json'
import { sync, unlessGone } from '../web-srv/src/media/store/disk.ts'
import { holdAll, pathOfKey, pathsOfKey } from '../web-srv/src/media/store/storage.ts'
import { type Installation, migrationsOf, openInstallation, type Service, services } from './installation.ts'
import { fileOf, journalOf, type Manifest, manifestOf, readManifest } from './manifest.ts'
import { digestOf } from './media.ts'
import { savedKeys } from './saved-files.ts'
import { type SavedTable, saveTables } from './tables.ts'

/**
 * `backup DIR`: a copy that `restore` brings back. While all goes on as usual: each database as it is at one moment, user-srv's
 * first, so that nobody likes a video that is not in it; then the files of those rows, which never change and are held until they are
 * copied, also if their videos are deleted meanwhile. Into a folder that has a backup already, only files that are not there are copied; and the rows of the one
 * before stay until all of the new one is written.
 */
export async function backup([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('backup takes the folder to write to')
  const places = await openInstallation('keep')
  const time = new Date().toISOString()
  const rows = `rows-${time.replace(/\D/g, '')}`
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw new Error(`${folder} cannot be written to: ${error.code}`)
  })
  const hold = await holdAll(places.mediaDir).catch((error) => {
    console.log(
      `${places.mediaDir} cannot be written to (${error.code}): files that are deleted meanwhile may be missing`,
    )
  })
  const saved = await saveRows(places, folder, rows).catch(async (error) => {
    // A disk that is full of half a backup would have no room for the next one either.
    await rm(join(folder, rows), { recursive: true, force: true })
    throw error
  })
  const keysOf = (service: Service) =>
    savedKeys(service, saved[service], (table) => fileOf(folder, { rows }, service, table))
  const keys = [...(await keysOf('feed')), ...(await keysOf('user'))]
  const lost: string[] = []
  for (const key of keys) {
    const copied = await copyOnce(places.mediaDir, join(folder, 'media'), key)
    if (copied !== 'there')
      lost.push(`a row names ${key}, which ${copied === 'missing' ? 'is not there' : 'has other bytes'}`)
  }
  await hold?.end()
  await writeManifest(folder, { format: 2, version, time, rows, ...saved, files: keys.length })
  const count = services.flatMap((service) => saved[service]).reduce((sum, table) => sum + table.rows, 0)
  console.log(`${count} rows and ${keys.length - lost.length} files in ${folder}`)
  for (const line of lost) console.log(line)
  await places.close()
  process.exit(lost.length === 0 ? 0 : 1)
}

async function saveRows(places: Installation, folder: string, rows: string): Promise<Record<Service, SavedTable[]>> {
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
async function ownTables(places: Installation, service: Service): Promise<string[]> {
  const journal = await readJournal(places[service].$client.promise(), service)
  return [journalOf(service), ...tablesOf(migrationsOf[service].filter(({ tag }) => journal.has(tag)))]
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
  const target = pathOfKey(to, key)
  const there = await stat(target).catch(() => undefined)
  // One after the other: it may leave its place meanwhile.
  for (const source of await pathsOfKey(from, key)) {
    const found = await stat(source).catch(() => undefined)
    if (!found) continue
    if (there?.size === found.size) return 'there'
    const copied = await copyWhole(source, target, key)
    if (copied !== 'missing') return copied
  }
  return there ? 'there' : 'missing'
}

async function copyWhole(source: string, target: string, key: string): Promise<'there' | 'missing' | 'damaged'> {
  await mkdir(join(target, '..'), { recursive: true })
  const copy = `${target}.new`
  const isCopied = await copyFile(source, copy).then(
    () => true,
    (error) => unlessGone(error) ?? false,
  )
  if (!isCopied) return 'missing'
  if ((await digestOf(Bun.file(copy))) !== key.slice(0, 64)) {
    await rm(copy)
    return 'damaged'
  }
  await sync(copy)
  await rename(copy, target)
  return 'there'
}
