import { runCommand } from '@douyin/process'
import { makeSecrets } from '../../ops/secrets.ts'
import { version } from '../../package.json'

await runCommand('web-srv', version, {
  serve: { does: 'serves HTTP (the default)', run: () => import('./serve.ts') },
  migrate: { does: 'does nothing, as web-srv has no tables', run: async () => console.log('web-srv has no tables') },
  healthcheck: {
    does: 'checks the service on this machine; exits with 0 if it is ready',
    run: () => import('./healthcheck.ts'),
  },
  secrets: {
    does: 'creates the secrets of an installation in SECRETS_DIR, for a MySQL at MYSQL_ADDRESS',
    run: () => makeSecrets(Bun.env.SECRETS_DIR || '/secrets', Bun.env.MYSQL_ADDRESS || 'mysql:3306'),
  },
})
