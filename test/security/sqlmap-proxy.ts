import { clip } from '../http/clips.ts'
import type { Stack } from '../stack.ts'
import type { Target } from './sqlmap-targets.ts'

/** A proxy for sqlmap. It counts the requests, and adds the file to uploads, since sqlmap cannot send one. */
export interface SqlmapProxy {
  base: string
  /** An endpoint with a SQL injection, as a control. */
  injectable: Target
  requests(): number
  stop(): void
}

export async function openSqlmapProxy({ base, userDatabase }: Stack): Promise<SqlmapProxy> {
  const film = await clip('tiny.mp4')
  const injectable: Target = { method: 'GET', path: '/pasting', parameters: { user_id: 1 } }
  let requests = 0

  async function forward(request: Request, path: string): Promise<Response> {
    const type = request.headers.get('content-type')
    if (request.method === 'GET') return fetch(`${base}${path}`)
    const body = path.startsWith('/douyin/publish/action/') ? await withFilm(request, film) : await request.text()
    const headers: Bun.HeadersInit = typeof body === 'string' && type ? { 'content-type': type } : {}
    return fetch(`${base}${path}`, { method: 'POST', headers, body })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      requests++
      const { pathname, search, searchParams } = new URL(request.url)
      if (pathname !== injectable.path) return forward(request, `${pathname}${search}`)
      return userDatabase.query(`select id, name from user where id = ${searchParams.get('user_id')}`).then(
        (rows) => Response.json(rows),
        () => new Response('wrong', { status: 400 }),
      )
    },
  })
  return {
    base: `http://127.0.0.1:${server.port}`,
    injectable,
    requests: () => requests,
    stop: () => server.stop(true),
  }
}

async function withFilm(request: Request, film: Blob): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of new URLSearchParams(await request.text())) form.append(name, value)
  form.set('data', film, 'clip.mp4')
  return form
}
