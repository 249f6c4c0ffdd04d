import { Elysia } from 'elysia'
import { envelope } from '../answer.ts'

/** /healthz: the process lives. /readyz: it can serve, since all that it needs can. */
export const healthRoutes = (isReady: () => Promise<boolean>) =>
  new Elysia()
    .get('/healthz', () => envelope(200, 0, 'ok', {}))
    .get('/readyz', async () => ((await isReady()) ? envelope(200, 0, 'ready', {}) : envelope(503, 1, 'not ready', {})))
