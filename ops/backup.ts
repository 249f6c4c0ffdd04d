import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJournal, tablesOf } from '@douyin/database'
import { version } from '../package.json'
import { ignoreMissing, sync } from '../web-srv/src/media/store/disk.ts'
import { holdAll, pathOfKey, pathsOfKey } from '../web-srv/src/media/store/storage.ts'
import { type Installation, migrationsOf, openInstallation, type Service, services } from './installation.ts'
import { fileOf, journalOf, type Manifest, manifestOf, readManifest } from './manifest.ts'
import { digestOf } from './media.ts'
import { savedKeys } from './saved-files.ts'
import { type SavedTable, saveTables } from './tables.ts'

/**
 * `backup DIR`: makes a copy that `restore` brings back, while the services run. First it copies each database as it is
 * at one moment, user-srv's first, so that no like names a video that is not in the copy. Then it copies the files of
 * those rows. The files never change, and they are held until they are copied, even if their videos are deleted
 * meanwhile. If the folder already has a backup, only missing files are copied, and the rows of that backup stay until
 * all of the new one is written.
 */
export async function backup([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('backup takes the folder to write to')
  const installation = await openInstallation('keep')
  const time = new Date().toISOString()
  const rows = `rows-${time.replace(/\D/g, '')}`
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw new Error(`${folder} cannot be written to: ${error.code}`)
  })
  const hold = await holdAll(installation.mediaDir).catch((error) => {
    console.log(
      `${installation.mediaDir} cannot be written to (${error.code}): files that are deleted meanwhile may be missing`,
    )
  })
  const saved = await saveRows(installation, folder, rows).catch(async (error) => {
    // Half a backup on a full disk would leave no room for the next one.
    await rm(join(folder, rows), { recursive: true, force: true })
    throw error
  })
  const keysOf = (service: Service) =>
    savedKeys(service, saved[service], (table) => fileOf(folder, { rows }, service, table))
  const keys = [...(await keysOf('feed')), ...(await keysOf('user'))]
  const problems: string[] = []
  for (const key of keys) {
    const result = await copyOnce(installation.mediaDir, join(folder, 'media'), key)
    if (result !== 'there')
      problems.push(`a row names ${key}, which ${result === 'missing' ? 'is not there' : 'has other bytes'}`)
  }
  await hold?.release()
  await writeManifest(folder, { format: 2, version, time, rows, ...saved, files: keys.length })
  const count = services.flatMap((service) => saved[service]).reduce((sum, table) => sum + table.rows, 0)
  console.log(`${count} rows and ${keys.length - problems.length} files in ${folder}`)
  for (const line of problems) console.log(line)
  await installation.close()
  process.exit(problems.length === 0 ? 0 : 1)
}

async function saveRows(
  installation: Installation,
  folder: string,
  rows: string,
): Promise<Record<Service, SavedTable[]>> {
  const saved: Record<Service, SavedTable[]> = { user: [], feed: [] }
  for (const service of services) {
    await mkdir(join(folder, rows, service), { recursive: true })
    const tables = await ownTables(installation, service)
    const pathOf = (table: string) => fileOf(folder, { rows }, service, table)
    saved[service] = await saveTables(installation[service].$client, tables, pathOf)
  }
  return saved
}

/** The journal, and the tables made by the migrations in it. The same database may have tables of another service. */
async function ownTables(installation: Installation, service: Service): Promise<string[]> {
  const journal = await readJournal(installation[service].$client.promise(), service)
  return [journalOf(service), ...tablesOf(migrationsOf[service].filter(({ tag }) => journal.has(tag)))]
}

/** From then on this is the backup of the folder. Then the rows of the previous backup are removed. */
async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const before = await readManifest(folder).catch(() => undefined)
  await writeFile(`${manifestOf(folder)}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
  await rename(`${manifestOf(folder)}.new`, manifestOf(folder))
  await sync(folder)
  const format1Folders = before?.format === 1 ? [...services] : []
  const oldRows = (await readdir(folder)).filter((name) => /^rows-\d+$/.test(name) && name !== manifest.rows)
  await Promise.all([...format1Folders, ...oldRows].map((name) => rm(join(folder, name), { recursive: true })))
}

/**
 * Copies the file of a key from one media folder to another, whole or not at all. A file whose bytes do not match its
 * name is not copied, and so never replaces a good one.
 */
export async function copyOnce(from: string, to: string, key: string): Promise<'there' | 'missing' | 'damaged'> {
  const target = pathOfKey(to, key)
  const existing = await stat(target).catch(() => undefined)
  // In this order: the file may leave its place meanwhile.
  for (const source of await pathsOfKey(from, key)) {
    const stats = await stat(source).catch(() => undefined)
    if (!stats) continue
    if (existing?.size === stats.size) return 'there'
    const copied = await copyWhole(source, target, key)
    if (copied !== 'missing') return copied
  }
  return existing ? 'there' : 'missing'
}

async function copyWhole(source: string, target: string, key: string): Promise<'there' | 'missing' | 'damaged'> {
  await mkdir(join(target, '..'), { recursive: true })
  const copy = `${target}.new`
  const isCopied = await copyFile(source, copy).then(
    () => true,
    (error) => ignoreMissing(error) ?? false,
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
