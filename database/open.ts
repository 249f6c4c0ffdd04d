import { observeGauge } from '@douyin/telemetry'
import { poolSizes } from '@douyin/upstream'
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
  /** For statements that MySQL and MariaDB plan so differently that each needs its own. */
  $engine: Engine
  /** Connections that accept several statements per query: for `transactInTwoRoundTrips` alone. */
  $multiStatementPool: Pool
}

export interface OpenOptions {
  /** mysql://user:password@host:port/name, or with ?socketPath= */
  url: string
  migrations: Migration[]
  /**
   * `update` (the default) creates the database and brings its tables up to date. `keep` changes nothing, and rejects a
   * database without tables or with a migration that is not in `migrations`. `any` creates the database and reads no
   * table.
   */
  tables?: 'update' | 'keep' | 'any'
  /** Names this service's journal and lock, so that two services may share a database. */
  service: string
  /** The size of the pool, at most. */
  connections?: number
  /** The time limit of a query, for commands whose queries no request waits for. */
  queryMs?: number
  /** How long to wait for a server that does not answer yet: it may be started at the same time. */
  waitMs?: number
}

const connectTimeoutMs = 2000
const retryMs = 250
/** Only a few write batches run at a time. */
const multiStatementConnections = 4
const denied = ['ER_DBACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR']

/**
 * Creates the database, brings its tables up to date and opens its pools. If the server cannot be reached, rejects at
 * once or after retrying for `waitMs`. Rejects with an UnusableDatabase for every fault that an operator can correct.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { url, service, connections = 10, queryMs, waitMs = 0 } = options
  const serverOptions: PoolOptions = { ...parseUrl(url), connectTimeout: connectTimeoutMs, supportBigNumbers: true }
  const engine = await prepare(serverOptions, options).catch((error) => {
    throw toStartFailure(error, service, waitMs)
  })
  const open = (extraOptions: PoolOptions) => {
    // `trace` takes a stack for each query, a twentieth of the time of a page. The error of a query holds its text
    // anyway.
    const pool = createPool({ ...serverOptions, queueLimit: 2000, trace: false, ...extraOptions })
    limitQueries(pool, queryMs, engine)
    return pool
  }
  const pool = open({ connectionLimit: connections })
  observePool(pool, service)
  const multiStatementPool = open({ connectionLimit: multiStatementConnections, multipleStatements: true })
  observePool(multiStatementPool, `${service} exchanges`)
  return Object.assign(drizzle(pool) as MySql2Database & { $client: Pool }, {
    $multiStatementPool: multiStatementPool,
    $engine: engine,
  })
}

/** Brings the tables of a database up to date and keeps no connection. */
export async function updateTables(options: Pick<OpenOptions, 'url' | 'migrations' | 'service'>): Promise<void> {
  await prepare({ ...parseUrl(options.url), connectTimeout: connectTimeoutMs }, options).catch((error) => {
    throw toStartFailure(error, options.service, 0)
  })
}

async function prepare(serverOptions: PoolOptions, options: OpenOptions): Promise<Engine> {
  const { migrations, service, tables = 'update', waitMs = 0 } = options
  if (tables === 'keep') return requireKnownTables(serverOptions, migrations, service)
  return retryWhileUnreachable(async () => {
    const engine = await createIfMissing(serverOptions)
    // A migration that loses its connection resumes after its last recorded statement.
    if (tables === 'update') await migrate(serverOptions, migrations, service)
    return engine
  }, waitMs)
}

async function requireKnownTables(
  serverOptions: PoolOptions,
  migrations: Migration[],
  service: string,
): Promise<Engine> {
  const connection = createConnection(serverOptions).promise()
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

async function retryWhileUnreachable<Result>(work: () => Promise<Result>, waitMs: number): Promise<Result> {
  const endMs = performance.now() + waitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isUnreachable(error) || performance.now() > endMs) throw error
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

/** Also checks the engine, before anything is changed. */
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
    // A user without the right to create databases was given an existing one.
    if (!denied.includes((error as { code: string }).code)) throw error
  }
}

function observePool(pool: Pool, service: string): void {
  for (const [state, read] of poolSizes(pool))
    observeGauge('douyin_db_connections', { of: service, state }, () => read() ?? 0)
}
