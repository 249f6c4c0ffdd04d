import { observeGauge } from '@douyin/telemetry'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import { createConnection, createPool, type Pool, type PoolOptions } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import { type Engine, supportedEngine } from './engine.ts'
import { migrate } from './migrate.ts'
import { type Migration, readJournal, refuseUnknown } from './migration-journal.ts'
import { pinned } from './session-settings.ts'
import { limitQueries } from './timeout.ts'
import { exitCodes, isUnreachable, toStartFailure, UnusableDatabase } from './unusable-database.ts'

export type Database = MySql2Database & {
  $client: Pool
  /** Where the two plan the same statement so differently that we send another. */
  $engine: Engine
  /** Connections that take several statements at a time: for `transactInTwo` alone. */
  $multiStatementPool: Pool
}

export interface OpenOptions {
  /** mysql://user:password@host:port/name, or with ?socketPath= */
  url: string
  migrations: Migration[]
  /**
   * `update` (the default) makes the database and brings its tables up to date. `keep` changes nothing, and refuses tables
   * that are not there or that `migrations` do not know. `any` makes the database and looks at no table.
   */
  tables?: 'update' | 'keep' | 'any'
  /** Names this service's journal and lock, so that two services may share a database. */
  service: string
  /** How many connections at most. */
  connections?: number
  /** How long a query may take, where nobody waits for it. */
  queryMs?: number
  /** How long to wait for a server that is not there yet: all may be started at the same time. */
  waitMs?: number
}

const connectTimeoutMs = 2000
const retryMs = 250
/** Those who change things in groups: a handful at a time. */
const exchangeConnections = 4
const denied = ['ER_DBACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR']

/**
 * Opens a pool, makes the database and brings its tables up to date. Rejects when the server cannot be reached, at once or
 * after having tried again for `waitMs`, and with an UnusableDatabase wherever an operator can put it right.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { url, service, connections = 10, queryMs, waitMs = 0 } = options
  const reached: PoolOptions = { ...parseUrl(url), connectTimeout: connectTimeoutMs, supportBigNumbers: true }
  const engine = await prepare(reached, options).catch((error) => {
    throw toStartFailure(error, service, waitMs)
  })
  const open = (more: PoolOptions) => {
    // A stack for each query costs a twentieth of a page; a failed one is told with its text.
    const pool = createPool({ ...reached, queueLimit: 2000, trace: false, ...more })
    limitQueries(pool, queryMs, engine)
    return pool
  }
  const pool = open({ connectionLimit: connections })
  watchPool(pool, service)
  const exchanges = open({ connectionLimit: exchangeConnections, multipleStatements: true })
  watchPool(exchanges, `${service} exchanges`)
  return Object.assign(drizzle(pool) as MySql2Database & { $client: Pool }, {
    $multiStatementPool: exchanges,
    $engine: engine,
  })
}

/** Brings the tables of a database up to date and leaves it. */
export async function updateTables(options: Pick<OpenOptions, 'url' | 'migrations' | 'service'>): Promise<void> {
  await prepare({ ...parseUrl(options.url), connectTimeout: connectTimeoutMs }, options).catch((error) => {
    throw toStartFailure(error, options.service, 0)
  })
}

async function prepare(reached: PoolOptions, options: OpenOptions): Promise<Engine> {
  const { migrations, service, tables = 'update', waitMs = 0 } = options
  if (tables === 'keep') return demandKnown(reached, migrations, service)
  const engine = await whenThere(() => createIfMissing(reached), waitMs)
  if (tables === 'update') await migrate(reached, migrations, service)
  return engine
}

async function demandKnown(reached: PoolOptions, migrations: Migration[], service: string): Promise<Engine> {
  const connection = createConnection(reached).promise()
  try {
    const journal = await readJournal(connection, service)
    refuseUnknown(journal, migrations, service)
    if (journal.size > 0) return supportedEngine(connection)
    const sentence = `the database has no tables of ${service}-srv: look at ${service.toUpperCase()}_DATABASE_URL or DATABASE_URL`
    throw new UnusableDatabase(sentence, exitCodes.settings)
  } finally {
    connection.destroy()
  }
}

async function whenThere<Result>(work: () => Promise<Result>, waitMs: number): Promise<Result> {
  const end = performance.now() + waitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isUnreachable(error) || performance.now() > end) throw error
      await Bun.sleep(retryMs)
    }
  }
}

/** Does the database answer? Never throws. */
export async function isAnswering(db: Database): Promise<boolean> {
  return db.execute('select 1').then(
    () => true,
    () => false,
  )
}

export async function closeDatabase({ $client, $multiStatementPool }: Database): Promise<void> {
  await Promise.all(
    [$client, $multiStatementPool].map((pool) => new Promise<void>((resolve) => pool.end(() => resolve()))),
  )
}

function parseUrl(url: string): PoolOptions & { database: string } {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const socketPath = searchParams.get('socketPath') ?? undefined
  return {
    ...(socketPath ? { socketPath } : { host: hostname, port: Number(port || 3306) }),
    user: decodeURIComponent(username) || 'root',
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || 'douyin',
    charset: 'utf8mb4',
  }
}

/** Also looks which engine it is, before anything is changed. */
async function createIfMissing({ database = '', ...server }: PoolOptions): Promise<Engine> {
  const connection = createConnection(server).promise()
  try {
    const engine = await supportedEngine(connection)
    await connection.query({ sql: pinned, timeout: 10_000 })
    await create(connection, database)
    return engine
  } finally {
    connection.destroy()
  }
}

async function create(connection: Connection, database: string): Promise<void> {
  try {
    await connection.query({ sql: 'create database if not exists ?? character set utf8mb4', timeout: 10_000 }, [
      database,
    ])
  } catch (error) {
    // A user who may not create databases was given one.
    if (!denied.includes((error as { code: string }).code)) throw error
  }
}

/** mysql2 keeps its lists to itself, and nobody else can say how many wait. */
function watchPool(pool: Pool, service: string): void {
  const lists = { open: '_allConnections', free: '_freeConnections', waiting: '_connectionQueue' }
  for (const [state, list] of Object.entries(lists)) {
    const read = () => lengthOf(Reflect.get(pool, list))
    observeGauge('douyin_db_connections', { of: service, state }, read)
  }
}

const lengthOf = (list: unknown) =>
  typeof list === 'object' && list !== null && 'length' in list && typeof list.length === 'number' ? list.length : 0
