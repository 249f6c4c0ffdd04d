import type { Elysia } from 'elysia'
import { type Browsers, preflight, secured } from './secure-headers.ts'

/** What happens around every request, whatever answers it: a route, an error, a file. */
export function around(api: Pick<Elysia, 'wrap'>, browsers: Browsers): void {
  const secure = secured(browsers)

  async function answer(request: Request, handle: (request: Request) => unknown): Promise<unknown> {
    const response = preflight(request, browsers.origins) ?? (await handle(request))
    // A socket that opens has no answer.
    if (response instanceof Response) secure(request, response)
    return response
  }

  api.wrap((handle) => (request: Request) => answer(request, handle))
}
