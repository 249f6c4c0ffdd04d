import { expect, test } from 'bun:test'
import { getTableName, is } from 'drizzle-orm'
import { MySqlTable } from 'drizzle-orm/mysql-core'
import { migrations as feedMigrations } from '../feed-srv/drizzle/migrations.gen.ts'
import * as feedSchema from '../feed-srv/src/schema.ts'
import { migrations as userMigrations } from '../user-srv/drizzle/migrations.gen.ts'
import * as userSchema from '../user-srv/src/schema.ts'
import { tablesEverOf, tablesOf } from './tables-of.ts'

test.each([
  ['user-srv', userMigrations, userSchema],
  ['feed-srv', feedMigrations, feedSchema],
])('the tables of %s are those of its schema', (_name, migrations, schema) => {
  const tables = Object.values(schema).filter((table) => is(table, MySqlTable))
  expect(tablesOf(migrations).toSorted()).toEqual(tables.map((table) => getTableName(table)).toSorted())
})

test('a dropped table is not listed, and a renamed one has its new name', () => {
  const sql = [
    'CREATE TABLE `a` (\n\t`id` int\n);\n--> statement-breakpoint\ncreate table if not exists `b` (id int);',
    'RENAME TABLE `a` TO `c`;--> statement-breakpoint\nDROP TABLE `b`;',
  ]
  expect(tablesOf(sql.map((text, i) => ({ tag: String(i), sql: text })))).toEqual(['c'])
})

test('a table that was dropped or renamed is one that an earlier version had', () => {
  const migrations = [
    { tag: '0', sql: 'CREATE TABLE `a` (x int);--> statement-breakpoint\nCREATE TABLE `b` (x int);' },
    { tag: '1', sql: 'RENAME TABLE `a` TO `c`;--> statement-breakpoint\nDROP TABLE `b`;' },
  ]
  expect(tablesOf(migrations)).toEqual(['c'])
  expect(tablesEverOf(migrations).sort()).toEqual(['a', 'b', 'c'])
})
