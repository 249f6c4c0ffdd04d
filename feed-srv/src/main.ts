import { runCommand } from '@douyin/process'
import { version } from '../../package.json'

await runCommand('feed-srv', version, {
  serve: { does: 'makes the tables if need be and serves gRPC (the default)', run: () => import('./serve.ts') },
  migrate: { does: 'makes the tables, or brings them up to date, and ends', run: () => import('./migrate.ts') },
  healthcheck: {
    does: 'asks the one that serves here; ends with 0 if it is ready',
    run: () => import('./healthcheck.ts'),
  },
})
