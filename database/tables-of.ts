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
