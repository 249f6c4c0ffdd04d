import { runCommand } from '@douyin/process'
import { version } from '../../package.json'

await runCommand('feed-srv', version, {
  serve: { does: 'migrates the tables and serves gRPC (the default)', run: () => import('./serve.ts') },
  migrate: { does: 'creates or updates the tables and exits', run: () => import('./migrate.ts') },
  healthcheck: {
    does: 'checks the service on this machine; exits with 0 if it is ready',
    run: () => import('./healthcheck.ts'),
  },
})
