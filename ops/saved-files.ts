import { parseRenditions } from '../feed-srv/src/video-files.ts'
import { isKey } from '../web-srv/src/media/store/storage.ts'
import { linesOf, type SavedTable } from './tables.ts'

/** The columns that name files. A deleted video names none. */
const fileColumns = {
  user: { table: 'user', columns: ['avatar', 'background_image'] },
  feed: { table: 'video', columns: ['play_url', 'cover_url', 'original_url'] },
} as const
const deletedColumn = 'delete_time'
const renditionsColumn = 'renditions'

/** The keys of the files that the saved rows name, even if the rows have changed since. */
export async function savedKeys(
  service: keyof typeof fileColumns,
  saved: SavedTable[],
  pathOf: (table: string) => string,
): Promise<string[]> {
  const { table, columns } = fileColumns[service]
  const savedTable = saved.find(({ name }) => name === table)
  const keys = new Set<string>()
  if (!savedTable) return []
  const deletedIndex = savedTable.columns.indexOf(deletedColumn)
  const renditionsIndex = savedTable.columns.indexOf(renditionsColumn)
  const columnIndexes = columns.map((column) => savedTable.columns.indexOf(column))
  for await (const line of linesOf(pathOf(table))) {
    const row: unknown[] = JSON.parse(line)
    if (row[deletedIndex]) continue
    for (const index of columnIndexes) keys.add(String(row[index]))
    // Absent in user-srv's tables, and in a backup of an earlier version.
    for (const { playUrl } of parseRenditions(String(row[renditionsIndex] ?? ''))) keys.add(playUrl)
  }
  return [...keys].filter(isKey)
}
