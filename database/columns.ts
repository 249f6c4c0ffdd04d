import { customType } from 'drizzle-orm/mysql-core'

/**
 * Unicode text of at most `length` characters. The column names its character set, because an existing database may
 * default to latin1.
 */
export const text = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) character set utf8mb4 collate utf8mb4_bin`,
})

/**
 * Text that is compared byte by byte, for unique keys. Every collation that MySQL and MariaDB share treats some
 * different strings as equal: even utf8mb4_bin ignores trailing spaces.
 */
export const exactText = customType<{
  data: string
  driverData: Buffer
  config: { bytes: number }
  configRequired: true
}>({
  dataType: ({ bytes }) => `varbinary(${bytes})`,
  toDriver: (text) => Buffer.from(text),
  fromDriver: (bytes) => bytes.toString(),
})
