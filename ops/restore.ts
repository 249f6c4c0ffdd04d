import { join } from 'node:path'
import {
  type Migration,
  readJournal,
  refuseUnknown,
  restoreMark,
  tablesEverOf,
  tablesOf,
  updateTables,
} from '@douyin/database'
import type { RowDataPacket } from 'mysql2/promise'
import { noteRestore } from '../user-srv/src/restore-time.ts'
import { copyOnce } from './backup.ts'
import { examine } from './doctor.ts'
import { type Installation, migrationsOf, openInstallation, type Service, services } from './installation.ts'
import { fileOf, journalOf, type Manifest, readManifest } from './manifest.ts'
import { keysIn } from './media.ts'
import { checkTable, loadTable } from './tables.ts'

/**
 * `restore DIR`: brings a backup back on an empty installation, then runs the checks. Until it ends, both journals have
 * a mark that keeps the services from starting. After an interruption it is run again, and starts from the beginning.
 */
export async function restore([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('restore takes the folder of a backup')
  const manifest = await readManifest(folder)
  const tags = { user: await tagsOf(folder, manifest, 'user'), feed: await tagsOf(folder, manifest, 'feed') }
  const saved = {
    user: ownTables(manifest.user, done('user', tags.user)),
    feed: ownTables(manifest.feed, done('feed', tags.feed)),
  }
  for (const service of services)
    for (const table of saved[service]) await checkTable(fileOf(folder, manifest, service, table.name), table)
  const installation = await openInstallation('any')
  await demandEmpty(installation)
  const damaged = await copyFiles(folder, installation.mediaDir)
  // While user-srv's mark exists, everything may be removed again, so user-srv is cleared last.
  for (const service of ['feed', 'user'] as const) await clear(installation, service)
  // First the tables as they were when they were saved. After the rows are loaded, the later migrations.
  for (const service of services) await update(installation, service, done(service, tags[service]))
  for (const service of services)
    for (const table of saved[service])
      await loadTable(installation[service].$client, fileOf(folder, manifest, service, table.name), table)
  for (const service of services) await update(installation, service, migrationsOf[service])
  await noteRestore(installation.user)
  // The databases were saved one after the other, and a count may have been published in between.
  await examine(installation, { fix: true, graceSeconds: installation.graceSeconds })
  const wrong = await examine(installation, { fix: false, graceSeconds: installation.graceSeconds })
  // user-srv's mark last: while it exists nobody can sign in, so nothing is added.
  for (const service of ['feed', 'user'] as const) await unmark(installation, service)
  await installation.close()
  for (const key of damaged) console.log(`${key} has other bytes in the backup, and was left out`)
  if (wrong > 0) console.log(`all else is back, but ${wrong} things are wrong`)
  process.exit(wrong === 0 && damaged.length === 0 ? 0 : 1)
}

/** The migrations that were done when the backup was made. */
const done = (service: Service, tags: Set<string>) => migrationsOf[service].filter(({ tag }) => tags.has(tag))

/** The saved tables of this service. In format 1, a shared database was saved with the tables of both services. */
function ownTables(tables: Manifest[Service], migrations: Migration[]) {
  const own = new Set(tablesOf(migrations))
  return tables.filter(({ name }) => own.has(name))
}

/** The tags of the migrations that had run when the backup was made. */
async function tagsOf(folder: string, manifest: Manifest, service: Service): Promise<Set<string>> {
  const journal = manifest[service].find(({ name }) => name === journalOf(service))
  if (!journal) throw new Error(`the backup tells no version of the tables of ${service}-srv`)
  const path = fileOf(folder, manifest, service, journal.name)
  await checkTable(path, journal)
  const lines = (await Bun.file(path).text()).split('\n').filter(Boolean)
  const tags = new Set(lines.map((line) => String(JSON.parse(line)[0])))
  const unknown = [...tags].find((tag) => !migrationsOf[service].some((migration) => migration.tag === tag))
  if (unknown)
    throw new Error(`the backup is of a later version, which this one cannot restore: ${service}-srv has ${unknown}`)
  return tags
}

/** Rejects if a table has rows, unless an interrupted restore put them there. */
async function demandEmpty(installation: Installation): Promise<void> {
  const journals = { user: await journal(installation, 'user'), feed: await journal(installation, 'feed') }
  const isUnfinished = (service: Service) =>
    journals.user.has(restoreMark.tag) || journals[service].has(restoreMark.tag)
  for (const service of services) {
    refuseUnknown(journals[service], [restoreMark, ...migrationsOf[service]], service)
    for (const table of isUnfinished(service) ? [] : tablesEverOf(migrationsOf[service]))
      if (await hasRows(installation, service, table))
        throw new Error(`${service}-srv's table ${table} is not empty: restore needs a database without rows`)
  }
}

const journal = (installation: Installation, service: Service) =>
  readJournal(installation[service].$client.promise(), service)

async function hasRows(installation: Installation, service: Service, table: string): Promise<boolean> {
  const sql = 'select 1 from ?? limit 1'
  const result = installation[service].$client.promise().query<RowDataPacket[]>(sql, [table])
  const [rows] = await result.catch((error): [RowDataPacket[]] => {
    if (error.code === 'ER_NO_SUCH_TABLE') return [[]]
    throw error
  })
  return rows.length > 0
}

/** Called before any row is loaded, since files that no row names do no harm. Returns the keys of damaged files. */
async function copyFiles(folder: string, mediaDir: string): Promise<string[]> {
  const damaged: string[] = []
  let files = 0
  for await (const keys of keysIn(join(folder, 'media')))
    for (const key of keys) {
      if ((await copyOnce(join(folder, 'media'), mediaDir, key)) === 'there') files++
      else damaged.push(key)
    }
  console.log(`${files} files are back`)
  return damaged
}

/**
 * Drops tables without rows, and those of an interrupted restore: they may be of a later version than the backup. The
 * journal with the mark is dropped last.
 */
async function clear(installation: Installation, service: Service): Promise<void> {
  const drop = (table: string) => installation[service].$client.promise().query('drop table if exists ??', [table])
  const isMarked = (await journal(installation, service)).has(restoreMark.tag)
  const tables = tablesEverOf(migrationsOf[service])
  for (const table of isMarked ? [...tables, journalOf(service)] : [journalOf(service), ...tables]) await drop(table)
}

const update = (installation: Installation, service: Service, migrations: Migration[]) =>
  updateTables({ url: installation.urls[service], service, migrations: [restoreMark, ...migrations] })

async function unmark(installation: Installation, service: Service): Promise<void> {
  const values = [journalOf(service), restoreMark.tag]
  await installation[service].$client.promise().query('delete from ?? where tag = ?', values)
}
