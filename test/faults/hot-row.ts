import { type Connection, createConnection } from 'mysql2/promise'
import { connectOptions } from '../mysql.ts'
import type { OwnServer } from '../own-server.ts'

/** The baseline: a like updates the count of its video in the same transaction, so all likes wait for one row lock. */
export interface HotRow {
  like(client: number, i: number): Promise<void>
  close(): void
}

/** Writes to the database without a service in front, so it has less work than the product that is compared with it. */
export async function hotRow({ databases: [{ url, query }] }: OwnServer, clients: number): Promise<HotRow> {
  await query('create database hot')
  await query('create table hot.likes (user_id bigint, video_id bigint, primary key (user_id, video_id))')
  await query('create table hot.video (id bigint primary key, count bigint not null)')
  await query('insert into hot.video values (1, 0)')
  const open = () => createConnection({ ...connectOptions(url), database: 'hot' })
  const connections: Connection[] = await Promise.all(Array.from({ length: clients }, open))
  return {
    async like(client, i) {
      const connection = connections[client]!
      await connection.beginTransaction()
      await connection.query('insert into likes values (?, ?)', [client, i])
      await connection.query('update video set count = count + 1 where id = 1')
      await connection.commit()
    },
    close() {
      for (const one of connections) one.destroy()
    },
  }
}
