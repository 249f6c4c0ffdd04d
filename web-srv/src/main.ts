import { runCommand } from '@douyin/process'
import { makeSecrets } from '../../ops/secrets.ts'
import { version } from '../../package.json'

await runCommand('web-srv', version, {
  serve: { does: 'serves HTTP (the default)', run: () => import('./serve.ts') },
  migrate: { does: 'does nothing: web-srv has no tables', run: async () => console.log('web-srv has no tables') },
  healthcheck: {
    does: 'asks the one that serves here; ends with 0 if it is ready',
    run: () => import('./healthcheck.ts'),
  },
  secrets: {
    does: 'makes the secrets of an installation in SECRETS_DIR, for a MySQL at MYSQL_ADDRESS',
    run: () => makeSecrets(Bun.env.SECRETS_DIR || '/secrets', Bun.env.MYSQL_ADDRESS || 'mysql:3306'),
  },
})
