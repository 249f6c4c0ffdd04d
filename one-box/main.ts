import { makeSecrets, runCommand } from '@douyin/process'
import { version } from '../package.json'

await runCommand('one-box', version, {
  serve: { does: 'makes the tables if need be and serves all of it (the default)', run: () => import('./serve.ts') },
  migrate: { does: 'makes the tables, or brings them up to date, and ends', run: migrate },
  healthcheck: {
    does: 'asks the one that serves here; ends with 0 if it is ready',
    run: () => import('../web-srv/src/healthcheck.ts'),
  },
  secrets: {
    does: 'makes the secrets of an installation in SECRETS_DIR, for a MySQL at MYSQL_ADDRESS',
    run: () => makeSecrets(Bun.env.SECRETS_DIR || '/secrets', Bun.env.MYSQL_ADDRESS || 'mysql:3306'),
  },
})

/** One after the other, so that their lines do not mix. */
async function migrate(): Promise<void> {
  await import('../feed-srv/src/migrate.ts')
  await import('../user-srv/src/migrate.ts')
}
