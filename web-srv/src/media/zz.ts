import { receiveUpload } from './receive.ts'
import { localDisk } from './storage.ts'
const storage = await localDisk('/tmp/zzm')
const mem = async (line: string) => Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(await Bun.file('/proc/self/status').text())?.[1]) >> 10
const server = Bun.serve({ port: 0, maxRequestBodySize: 1e10, async fetch(request) {
  const before = await mem('VmRSS'); const mode = new URL(request.url).pathname
  let max = 0, n = 0, total = 0
  if (mode === '/drain') { for await (const c of request.body!) { if (n % 16 === 0) await Bun.sleep(20); n++; total += c.length; max = Math.max(max, c.length) } }
  else { const u = await receiveUpload(request, storage, { maxBytes: 1e9, maxUploadSeconds: 60 }); await u.discard() }
  return Response.json({ mode, before, peak: await mem('VmHWM'), now: await mem('VmRSS'), max, n, total })
}})
console.log(server.port)
