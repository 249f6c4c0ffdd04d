import { join } from 'node:path'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { migrations as feedMigrations } from '../../feed-srv/drizzle/migrations.gen.ts'
import { migrations as userMigrations } from '../../user-srv/drizzle/migrations.gen.ts'
import { copyOnce, type Manifest, readManifest, services } from './backup.ts'
import { examine } from './doctor.ts'
import { keysIn } from './media.ts'
import { openPlaces, type Places } from './places.ts'
import { loadTable, type SavedTable } from './tables.ts'

const isJournal = ({ name }: Pick<SavedTable, 'name'>) => name.endsWith('_migration')

/** `restore DIR`: brings a backup back on an empty installation, then looks whether all is well. */
export async function restore([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('restore takes the folder of a backup')
  const manifest = await readManifest(folder)
  // First as the tables were when they were saved, then on to what this version has.
  await (await openPlaces(await migrationsOf(folder, manifest))).close()
  const places = await openPlaces()
  await demandEmpty(places, manifest)
  for (const service of services)
    for (const table of manifest[service].filter((one) => !isJournal(one)))
      await loadTable(places[service].$client, join(folder, service, `${table.name}.jsonl`), table)
  await places.close()
  const whole = await openPlaces({ user: userMigrations, feed: feedMigrations })
  let files = 0
  for await (const keys of keysIn(join(folder, 'media')))
    for (const key of keys) if (await copyOnce(join(folder, 'media'), whole.mediaDir, key)) files++
  console.log(`${files} files are back`)
  // Of two databases that were saved one after the other, a count may have been told in between.
  await examine(whole, { fix: true, graceSeconds: whole.graceSeconds })
  const wrong = await examine(whole, { fix: false, graceSeconds: whole.graceSeconds })
  await whole.close()
  process.exit(wrong === 0 ? 0 : 1)
}

/** Those migrations that had been done when the backup was made. */
async function migrationsOf(folder: string, manifest: Manifest) {
  const tagsOf = async (service: 'user' | 'feed') => {
    const journal = manifest[service].find(isJournal)
    if (!journal) throw new Error(`the backup of ${service} tells no version of its tables`)
    const text = await Bun.file(join(folder, service, `${journal.name}.jsonl`)).text()
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => String(JSON.parse(line)[0]))
  }
  const known = async (service: 'user' | 'feed', all: typeof userMigrations) => {
    const tags = await tagsOf(service)
    const unknown = tags.find((tag) => !all.some((one) => one.tag === tag))
    if (unknown) throw new Error(`the backup is of a later version: it has ${unknown}`)
    return all.filter(({ tag }) => tags.includes(tag))
  }
  return { user: await known('user', userMigrations), feed: await known('feed', feedMigrations) }
}

/** Never over something that is there. */
async function demandEmpty(places: Places, manifest: Manifest): Promise<void> {
  for (const service of services)
    for (const { name } of manifest[service].filter((one) => !isJournal(one)))
      if (await hasRows(places[service].$client.promise(), name))
        throw new Error(`${service}-srv's table ${name} is not empty`)
}

async function hasRows(pool: Pool, table: string): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>('select 1 from ?? limit 1', [table])
  return rows.length > 0
}
