// The minimal cost of receiving a file: `disk.ts PORT FOLDER` streams each body to a file, and deletes the file.
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const [port, folder = ''] = process.argv.slice(2)
Bun.serve({
  port: Number(port),
  maxRequestBodySize: 1 << 30,
  async fetch({ body }) {
    const path = join(folder, crypto.randomUUID())
    if (body) await pipeline(Readable.fromWeb(body as never), createWriteStream(path))
    await rm(path, { force: true })
    return new Response('{"status_code":0}')
  },
})
