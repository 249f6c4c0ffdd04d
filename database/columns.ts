import { customType } from 'drizzle-orm/mysql-core'

/**
 * Text of at most `length` characters, any of Unicode. The character set stands with the column, as a database that
 * somebody else made may default to latin1.
 */
export const text = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) character set utf8mb4 collate utf8mb4_bin`,
})

/**
 * Text that is compared byte by byte, to be unique. Every collation that MySQL and MariaDB share folds something:
 * even utf8mb4_bin ignores blanks at the end.
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
