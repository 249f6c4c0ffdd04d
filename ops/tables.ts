import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'

/** One table of a backup. Its file has one JSON array per row. */
export interface SavedTable {
  name: string
  columns: string[]
  rows: number
  sha256: string
}

const insertBatchSize = 500

/** Writes these tables as they are at one moment. `path` returns the file of each. */
export async function saveTables(pool: Pool, tables: string[], path: (table: string) => string): Promise<SavedTable[]> {
  const connection = await connectionOf(pool)
  const query = async (sql: string, values: string[] = []) =>
    (await connection.promise().query<RowDataPacket[]>({ sql, values }))[0]
  try {
    await query('set session transaction isolation level repeatable read')
    await query('start transaction with consistent snapshot, read only')
    const saved: SavedTable[] = []
    for (const name of tables) {
      const columns = (await query('show columns from ??', [name])).map(({ Field }) => String(Field))
      const rows = connection.query({ sql: 'select * from ??', values: [name], rowsAsArray: true }).stream()
      saved.push(await saveRows(rows, path(name), name, columns))
    }
    return saved
  } finally {
    connection.destroy()
  }
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) =>
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
  )
}

async function saveRows(
  rows: AsyncIterable<unknown>,
  path: string,
  name: string,
  columns: string[],
): Promise<SavedTable> {
  const hash = createHash('sha256')
  let count = 0
  async function* lines() {
    for await (const row of rows) {
      const line = `${JSON.stringify(row, asText)}\n`
      hash.update(line)
      count++
      yield line
    }
  }
  // With pipeline, a full disk rejects here. It would otherwise be an error event without a listener.
  await pipeline(lines, createWriteStream(path, { flush: true }))
  return { name, columns, rows: count, sha256: hash.digest('hex') }
}

/** Writes bytes as base64. A Buffer has already become `{ type, data }` when JSON.stringify calls this. */
function asText(_key: string, value: unknown): unknown {
  const isBytes =
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
  return isBytes && Array.isArray(value.data) ? { bytes: Buffer.from(value.data).toString('base64') } : value
}

function fromText(_key: string, value: unknown): unknown {
  const isBytes = typeof value === 'object' && value !== null && 'bytes' in value && typeof value.bytes === 'string'
  return isBytes ? Buffer.from(String(value.bytes), 'base64') : value
}

/** Rejects unless the file of a saved table exists and has exactly the bytes that were written. */
export async function checkTable(path: string, { name, sha256 }: SavedTable): Promise<void> {
  const hash = createHash('sha256')
  const read = pipeline(createReadStream(path), hash)
  const isSame = await read.then(
    () => hash.digest('hex') === sha256,
    () => false,
  )
  if (!isSame) throw new Error(`the backup of ${name} is damaged`)
}

/** Inserts the rows of a saved table into a table that has its columns and no rows. */
export async function loadTable(pool: Pool, path: string, { name, columns }: SavedTable): Promise<void> {
  let batch: unknown[] = []
  const flush = async () => {
    if (batch.length > 0) await pool.promise().query('insert into ?? (??) values ?', [name, columns, batch])
    batch = []
  }
  for await (const line of linesOf(path)) {
    batch.push(JSON.parse(line, fromText))
    if (batch.length === insertBatchSize) await flush()
  }
  await flush()
}

/** Splits at \n alone: Node's readline also splits at U+2028, which a text may contain. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const text of createReadStream(path, 'utf8')) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
