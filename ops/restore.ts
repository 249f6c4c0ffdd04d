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
 * `restore DIR`: brings a backup back on an empty installation, then looks whether all is well. Until its end both journals have
 * a mark that keeps the services from starting; one that was broken off is run again, and begins anew.
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
  const places = await openInstallation('any')
  await demandEmpty(places)
  const damaged = await copyFiles(folder, places.mediaDir)
  // While user-srv's mark is there all may be removed again, so that goes last.
  for (const service of ['feed', 'user'] as const) await clear(places, service)
  // First as the tables were when they were saved, then on to what this version has.
  for (const service of services) await update(places, service, done(service, tags[service]))
  for (const service of services)
    for (const table of saved[service])
      await loadTable(places[service].$client, fileOf(folder, manifest, service, table.name), table)
  for (const service of services) await update(places, service, migrationsOf[service])
  await noteRestore(places.user)
  // Of two databases that were saved one after the other, a count may have been told in between.
  await examine(places, { fix: true, graceSeconds: places.graceSeconds })
  const wrong = await examine(places, { fix: false, graceSeconds: places.graceSeconds })
  // user-srv's last: while it is there nobody can sign in, and so nothing is added.
  for (const service of ['feed', 'user'] as const) await unmark(places, service)
  await places.close()
  for (const key of damaged) console.log(`${key} has other bytes in the backup, and was left out`)
  if (wrong > 0) console.log(`all else is back, but ${wrong} things are wrong`)
  process.exit(wrong === 0 && damaged.length === 0 ? 0 : 1)
}

/** The migrations that were done when the backup was made. */
const done = (service: Service, tags: Set<string>) => migrationsOf[service].filter(({ tag }) => tags.has(tag))

/** The service's own tables of those that were saved: format 1 may have those of both services, if they share a database. */
function ownTables(tables: Manifest[Service], migrations: Migration[]) {
  const own = new Set(tablesOf(migrations))
  return tables.filter(({ name }) => own.has(name))
}

/** Those migrations that had been done when the backup was made. */
async function tagsOf(folder: string, manifest: Manifest, service: Service): Promise<Set<string>> {
  const journal = manifest[service].find(({ name }) => name === journalOf(service))
  if (!journal) throw new Error(`the backup tells no version of the tables of ${service}-srv`)
  const path = fileOf(folder, manifest, service, journal.name)
  await checkTable(path, journal)
  const lines = (await Bun.file(path).text()).split('\n').filter(Boolean)
  const tags = new Set(lines.map((line) => String(JSON.parse(line)[0])))
  const unknown = [...tags].find((tag) => !migrationsOf[service].some((one) => one.tag === tag))
  if (unknown)
    throw new Error(`the backup is of a later version, which this one cannot restore: ${service}-srv has ${unknown}`)
  return tags
}

/** Never over something that is there, unless an earlier restore that was broken off put it there. */
async function demandEmpty(places: Installation): Promise<void> {
  const journals = { user: await journal(places, 'user'), feed: await journal(places, 'feed') }
  const isUnfinished = (service: Service) =>
    journals.user.has(restoreMark.tag) || journals[service].has(restoreMark.tag)
  for (const service of services) {
    refuseUnknown(journals[service], [restoreMark, ...migrationsOf[service]], service)
    for (const table of isUnfinished(service) ? [] : tablesEverOf(migrationsOf[service]))
      if (await hasRows(places, service, table))
        throw new Error(`${service}-srv's table ${table} is not empty: restore needs a database without rows`)
  }
}

const journal = (places: Installation, service: Service) => readJournal(places[service].$client.promise(), service)

async function hasRows(places: Installation, service: Service, table: string): Promise<boolean> {
  const sql = 'select 1 from ?? limit 1'
  const asked = places[service].$client.promise().query<RowDataPacket[]>(sql, [table])
  const [rows] = await asked.catch((error): [RowDataPacket[]] => {
    if (error.code === 'ER_NO_SUCH_TABLE') return [[]]
    throw error
  })
  return rows.length > 0
}

/** Before any row, since what no row names does no harm; gives the keys of damaged ones. */
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
 * Removes tables without rows, and those of a restore that was broken off: they may be of a later version than the backup is. The
 * mark goes with the last of them.
 */
async function clear(places: Installation, service: Service): Promise<void> {
  const drop = (table: string) => places[service].$client.promise().query('drop table if exists ??', [table])
  const isMarked = (await journal(places, service)).has(restoreMark.tag)
  const tables = tablesEverOf(migrationsOf[service])
  for (const table of isMarked ? [...tables, journalOf(service)] : [journalOf(service), ...tables]) await drop(table)
}

const update = (places: Installation, service: Service, migrations: Migration[]) =>
  updateTables({ url: places.urls[service], service, migrations: [restoreMark, ...migrations] })

async function unmark(places: Installation, service: Service): Promise<void> {
  const values = [journalOf(service), restoreMark.tag]
  await places[service].$client.promise().query('delete from ?? where tag = ?', values)
}
