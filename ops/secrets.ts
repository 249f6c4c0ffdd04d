import { createHmac, randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Creates the secrets of an installation, each in the folder of its reader, so that no secret has a default:
 *
 *     seed/seed                                  all others are derived from it; created once, random
 *     mysql/root-password  mysql/databases.sql   two databases, each with a user that can access nothing else
 *     user/database-url    feed/database-url     web/jwt-secret
 *     user/grpc-secret     feed/grpc-secret      web/grpc-secret         the same in all three
 *
 * The same seed gives the same files, so an interrupted or repeated run does no harm.
 */
export async function makeSecrets(folder: string, mysqlAddress: string): Promise<void> {
  const seed = await seedIn(join(folder, 'seed'))
  const secret = (use: string) => createHmac('sha256', seed).update(use).digest('hex')
  const url = (name: string) => `mysql://${name}:${secret(`database ${name}`)}@${mysqlAddress}/${name}`
  const databases = ['user', 'feed'].flatMap((name) => [
    `create database if not exists \`${name}\` character set utf8mb4;`,
    `create user if not exists '${name}'@'%' identified by '${secret(`database ${name}`)}';`,
    `grant all on \`${name}\`.* to '${name}'@'%';`,
  ])
  const files = {
    'mysql/root-password': secret('database root'),
    'mysql/databases.sql': `${databases.join('\n')}\n`,
    'user/database-url': url('user'),
    'feed/database-url': url('feed'),
    'web/jwt-secret': secret('tokens'),
    'user/grpc-secret': secret('calls'),
    'feed/grpc-secret': secret('calls'),
    'web/grpc-secret': secret('calls'),
  }
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      await mkdir(join(folder, name, '..'), { recursive: true })
      // Readable for all, since each reader has a uid of its own. Each container mounts only the folder of its reader.
      await writeFile(join(folder, name), text, { mode: 0o444, flag: 'wx' }).catch(ignoreExisting)
    }),
  )
}

/** Creates the seed if there is none. A link is atomic: the seed is whole or missing, and one of two runs wins. */
async function seedIn(folder: string): Promise<Buffer> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'seed')
  const fresh = `${path}.${process.pid}`
  await writeFile(fresh, randomBytes(32), { mode: 0o400 })
  await link(fresh, path).catch(ignoreExisting)
  await rm(fresh)
  return readFile(path)
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
