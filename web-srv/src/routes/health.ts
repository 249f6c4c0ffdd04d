import { Elysia } from 'elysia'
import { plainRoute } from '../endpoint/spec.ts'
import { envelope } from '../http/envelope.ts'

/** /healthz: the process is alive. /readyz: it can serve, since everything that it depends on can. */
export const healthRoutes = (isReady: () => Promise<boolean>) =>
  new Elysia()
    .get('/healthz', () => envelope(200, 0, 'ok', {}), plainRoute('Does the process live?', { 200: 'It does.' }))
    .get(
      '/readyz',
      async () => ((await isReady()) ? envelope(200, 0, 'ready', {}) : envelope(503, 1, 'not ready', {})),
      plainRoute('Can it serve?', { 200: 'It can.', 503: 'Something that it needs is away.' }),
    )
