// The minimal cost of HTTP on Bun: `bytes.ts PORT FILE [static]` answers every request with a file's bytes.
export {}

const [port, file = '', kind] = process.argv.slice(2)
const body = await Bun.file(file).bytes()
const headers = (await Bun.file(`${file}.headers`).json()) as Record<string, string>
const init = { headers }
const routes = kind === 'static' ? { '/': new Response(body, init) } : undefined
Bun.serve({ port: Number(port), reusePort: true, routes, fetch: () => new Response(body, init) })
