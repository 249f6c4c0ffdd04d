import type { Migration } from './migration-journal.ts'

const tableStatement = /^\s*(create|drop|rename) table (?:if (?:not )?exists )?`(\w+)`(?: to `(\w+)`)?/gim

/** The tables that exist after these migrations: those of one service, whatever else its database holds. */
export function tablesOf(migrations: Migration[]): string[] {
  const tables = new Set<string>()
  for (const { sql } of migrations) {
    for (const [, action, table = '', renamed = ''] of sql.matchAll(tableStatement)) {
      if (action?.toLowerCase() !== 'create') tables.delete(table)
      if (action?.toLowerCase() !== 'drop') tables.add(renamed || table)
    }
  }
  return [...tables]
}
