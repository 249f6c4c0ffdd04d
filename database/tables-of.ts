import type { Migration } from './migration-journal.ts'

const change = /^\s*(create|drop|rename) table (?:if (?:not )?exists )?`(\w+)`(?: to `(\w+)`)?/gim

/** The tables that are there after these migrations: those of one service, whatever else its database holds. */
export function tablesOf(migrations: Migration[]): string[] {
  const tables = new Set<string>()
  for (const { sql } of migrations) {
    for (const [, does, table = '', renamed = ''] of sql.matchAll(change)) {
      if (does?.toLowerCase() !== 'create') tables.delete(table)
      if (does?.toLowerCase() !== 'drop') tables.add(renamed || table)
    }
  }
  return [...tables]
}

/** Every name of a table that these migrations ever made: those that were dropped or renamed later, and those of a moment. */
export function tablesEverOf(migrations: Migration[]): string[] {
  const changes = migrations.flatMap(({ sql }) => [...sql.matchAll(change)])
  return [
    ...new Set(
      changes.flatMap(([, does, table = '', renamed]) => (does?.toLowerCase() === 'create' ? table : (renamed ?? []))),
    ),
  ]
}
