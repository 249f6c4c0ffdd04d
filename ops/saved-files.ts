import { createReadStream } from 'node:fs'
import { isKey } from '../web-srv/src/media/store/storage.ts'
import type { SavedTable } from './tables.ts'

/** The columns that name files, and of a deleted video none. */
const naming = {
  user: { table: 'user', columns: ['avatar', 'background_image'] },
  feed: { table: 'video', columns: ['play_url', 'cover_url'] },
} as const
const deletedColumn = 'delete_time'

/** The keys of the files that belong to saved rows: those of that moment, whatever has become of the rows since. */
export async function savedKeys(
  service: keyof typeof naming,
  saved: SavedTable[],
  pathOf: (table: string) => string,
): Promise<string[]> {
  const { table, columns } = naming[service]
  const found = saved.find(({ name }) => name === table)
  const keys = new Set<string>()
  if (!found) return []
  const deleted = found.columns.indexOf(deletedColumn)
  const places = columns.map((column) => found.columns.indexOf(column))
  for await (const line of linesOf(pathOf(table))) {
    const row: unknown[] = JSON.parse(line)
    if (row[deleted]) continue
    for (const place of places) keys.add(String(row[place]))
  }
  return [...keys].filter(isKey)
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const text of createReadStream(path, 'utf8')) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
