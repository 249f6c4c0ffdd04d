import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2'

/** One table of a backup: its file has a JSON array for each row. */
export interface SavedTable {
  name: string
  columns: string[]
  rows: number
  sha256: string
}

const rowsAtOnce = 500

/** Writes these tables as they are at one moment; `path` gives the file of each. */
export async function saveTables(pool: Pool, tables: string[], path: (table: string) => string): Promise<SavedTable[]> {
  const connection = await connectionOf(pool)
  const ask = async (sql: string, values: string[] = []) =>
    (await connection.promise().query<RowDataPacket[]>({ sql, values }))[0]
  try {
    await ask('set session transaction isolation level repeatable read')
    await ask('start transaction with consistent snapshot, read only')
    const saved: SavedTable[] = []
    for (const name of tables) {
      const columns = (await ask('show columns from ??', [name])).map(({ Field }) => String(Field))
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
  // A full disk rejects here, and is no event that nobody hears.
  await pipeline(lines, createWriteStream(path, { flush: true }))
  return { name, columns, rows: count, sha256: hash.digest('hex') }
}

/** Bytes as JSON has them: a Buffer has become `{ type, data }` by the time one sees it. */
function asText(_key: string, value: unknown): unknown {
  const isBytes =
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
  return isBytes && Array.isArray(value.data) ? { bytes: Buffer.from(value.data).toString('base64') } : value
}

function fromText(_key: string, value: unknown): unknown {
  const isBytes = typeof value === 'object' && value !== null && 'bytes' in value && typeof value.bytes === 'string'
  return isBytes ? Buffer.from(String(value.bytes), 'base64') : value
}

/** Rejects unless the file of a saved table is there, and byte for byte as it was written. */
export async function checkTable(path: string, { name, sha256 }: SavedTable): Promise<void> {
  const hash = createHash('sha256')
  const read = pipeline(createReadStream(path), hash)
  const isSame = await read.then(
    () => hash.digest('hex') === sha256,
    () => false,
  )
  if (!isSame) throw new Error(`the backup of ${name} is damaged`)
}

/** Puts the rows of a saved table back, into a table that has its columns and no row. */
export async function loadTable(pool: Pool, path: string, { name, columns }: SavedTable): Promise<void> {
  let batch: unknown[] = []
  const flush = async () => {
    if (batch.length > 0) await pool.promise().query('insert into ?? (??) values ?', [name, columns, batch])
    batch = []
  }
  for await (const line of linesOf(path)) {
    batch.push(JSON.parse(line, fromText))
    if (batch.length === rowsAtOnce) await flush()
  }
  await flush()
}

/** Ended by \n alone: readline of node ends one at U+2028 too, which a text may hold. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const text of createReadStream(path, 'utf8')) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
