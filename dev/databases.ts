import { join } from 'node:path'
import { type PrivateDatabase, startDatabase } from './database.ts'
import { hasDocker, startInDocker } from './docker.ts'
import { installCommand, installMissing } from './install.ts'
import { findServer, hasFfmpeg } from './server.ts'

/** Where each service finds its tables. */
export interface DatabaseUrls {
  USER_DATABASE_URL: string
  FEED_DATABASE_URL: string
}

type Environment = Record<string, string | undefined>
type Say = (line: string) => void

/** The databases that the environment names. Undefined if it does not name both. */
export function givenDatabases(environment: Environment): DatabaseUrls | undefined {
  const { DATABASE_URL, USER_DATABASE_URL, FEED_DATABASE_URL } = environment
  const user = USER_DATABASE_URL || (DATABASE_URL && withDatabase(DATABASE_URL, 'douyin_user'))
  const feed = FEED_DATABASE_URL || (DATABASE_URL && withDatabase(DATABASE_URL, 'douyin_feed'))
  return user && feed ? { USER_DATABASE_URL: user, FEED_DATABASE_URL: feed } : undefined
}

/** The databases of a private server, except those that the environment names. */
export function privateDatabases(database: PrivateDatabase, environment: Environment): DatabaseUrls {
  return {
    USER_DATABASE_URL: environment.USER_DATABASE_URL || database.url('douyin_user'),
    FEED_DATABASE_URL: environment.FEED_DATABASE_URL || database.url('douyin_feed'),
  }
}

/** Installs what is missing on this machine, if that is possible without asking the user. */
export async function prepareMachine(needsServer: boolean, say: Say): Promise<void> {
  const missing = () => ({ server: needsServer && !findServer(), ffmpeg: !hasFfmpeg() })
  await installMissing(missing(), say)
  const { server, ffmpeg } = missing()
  if (ffmpeg) say(`no ffmpeg, so videos get no cover: ${installCommand({ server: false, ffmpeg })}`)
  if (!server || hasDocker()) return
  const command = installCommand({ server, ffmpeg })
  throw new Error(`no database server here. Either\n  ${command}\nor set DATABASE_URL=mysql://user:password@host:3306`)
}

/** Starts a private server with what the machine has: MariaDB, MySQL, or Docker. */
export function startPrivate(data: string, say: Say): Promise<PrivateDatabase> {
  const dir = join(data, 'database')
  return findServer() ? startDatabase(dir, { say }) : startInDocker(dir, say)
}

// If the URL names no database, each service gets one of its own. A database that it names is used by both.
function withDatabase(url: string, database: string): string {
  const parsed = new URL(url)
  if (parsed.pathname.length <= 1) parsed.pathname = `/${database}`
  return parsed.href
}
