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

/** All tables that these migrations ever created, under every name that they had: dropped and renamed ones included. */
export function tablesEverOf(migrations: Migration[]): string[] {
  const statements = migrations.flatMap(({ sql }) => [...sql.matchAll(tableStatement)])
  const created = statements.filter(([, action]) => action?.toLowerCase() === 'create').map(([, , table = '']) => table)
  const renamed = statements.flatMap(([, , , name]) => name ?? [])
  return [...new Set([...created, ...renamed])]
}
