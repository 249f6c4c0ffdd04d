import type { FreshDatabase } from './mysql.ts'

export interface Recorder {
  /** The statements that services sent to these databases while `work` ran. */
  during(work: () => Promise<unknown>): Promise<string[]>
  /** Puts the server's settings back. */
  stop(): Promise<void>
}

/** Statements of background loops, which run without a request, and statements that touch no data. */
const inBackground =
  /like_count_outbox\b|`deleted_video`|`installation`|`delete_time` >= .* limit (?:200|1000)\b|`delete_time` < .* limit 100\b|^delete from .*_idempotency_key\b|token_epoch_time\b.* limit |^(begin|start transaction|commit|rollback|set |select 1$)/i

/** Records statements with the server's general log, which both MariaDB and MySQL can write to a table. */
export async function recordStatements(databases: FreshDatabase[]): Promise<Recorder> {
  const [database] = databases as [FreshDatabase]
  const selectValue = async (sql: string, target = database) => Object.values((await target.query(sql))[0] ?? {})[0]
  const before = {
    log: await selectValue('select @@global.general_log'),
    output: await selectValue('select @@global.log_output'),
  }
  const own = await Promise.all(databases.map((target) => selectValue('select connection_id()', target)))
  const names = databases.map(({ url }) => new URL(url).pathname.slice(1))
  await database.query("set global log_output = 'TABLE'")

  return {
    async during(work) {
      await database.query('set global general_log = 0')
      await database.query('truncate table mysql.general_log')
      await database.query('set global general_log = 1')
      await work()
      await database.query('set global general_log = 0')
      // Filtered by connection, since the log does not contain the database of a statement.
      const rows = await database.query(
        `select convert(argument using utf8mb4) as statement from mysql.general_log
         where command_type in ('Query', 'Execute') and thread_id not in (?)
           and thread_id in (select id from information_schema.processlist where db in (?))`,
        [own, names],
      )
      // Several statements sent in one packet are each logged together with those after it.
      const statements = rows.map((row) => String(row.statement).split(';\n')[0]?.trim() ?? '')
      return statements.filter((statement) => !inBackground.test(statement))
    },
    async stop() {
      await database.query('set global general_log = ?', [before.log])
      await database.query('set global log_output = ?', [before.output])
    },
  }
}
