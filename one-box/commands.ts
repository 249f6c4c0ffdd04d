import { runCommand, StartFailure } from '@douyin/process'
import { makeSecrets } from '../ops/secrets.ts'
import { version } from '../package.json'

await runCommand('one-box', version, {
  serve: { does: 'migrates the tables and serves everything (the default)', run: () => import('./all-services.ts') },
  migrate: { does: 'creates or updates the tables and exits', run: migrate },
  healthcheck: {
    does: 'checks the service on this machine; exits with 0 if it is ready',
    run: () => import('../web-srv/src/healthcheck.ts'),
  },
  doctor: {
    does: 'checks that counts, rows and files agree, and repairs them with --fix; exits with 0 if all is well',
    takes: '[--fix]',
    run: (args) => exitWithSentence(import('../ops/doctor.ts').then(({ doctor }) => doctor(args))),
  },
  backup: {
    does: 'copies databases and media to a folder while the services run',
    takes: 'DIR',
    run: (args) => exitWithSentence(import('../ops/backup.ts').then(({ backup }) => backup(args))),
  },
  restore: {
    does: 'restores a backup into an empty installation',
    takes: 'DIR',
    run: (args) => exitWithSentence(import('../ops/restore.ts').then(({ restore }) => restore(args))),
  },
  secrets: {
    does: 'creates the secrets of an installation in SECRETS_DIR, for a MySQL at MYSQL_ADDRESS',
    run: () => makeSecrets(Bun.env.SECRETS_DIR || '/secrets', Bun.env.MYSQL_ADDRESS || 'mysql:3306'),
  },
})

/** One after the other, so that their output does not mix. */
async function migrate(): Promise<void> {
  await import('../feed-srv/src/migrate.ts')
  await import('../user-srv/src/migrate.ts')
}

/** An error of these commands is printed as a sentence, not as a stack: it is for the person who typed the command. */
function exitWithSentence(work: Promise<void>): Promise<void> {
  return work.catch((error) => {
    if (error instanceof StartFailure) throw error
    // The message of a drizzle error is the query with its values.
    const { cause } = error instanceof Error ? error : {}
    console.error(cause instanceof Error ? cause.message : error instanceof Error ? error.message : error)
    process.exit(1)
  })
}
