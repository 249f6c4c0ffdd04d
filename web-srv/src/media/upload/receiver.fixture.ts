// A process of its own that receives uploads into the folder named on the command line and reports its memory in bytes.

import { localDisk } from '../store/storage.ts'
import { receiveUpload } from './receive.ts'

const storage = await localDisk(Bun.argv[2]!)

async function memory(line: 'VmRSS' | 'VmHWM') {
  const status = await Bun.file('/proc/self/status').text()
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
}

const server = Bun.serve({
  port: 0,
  maxRequestBodySize: 1024 * 1024 * 1024,
  async fetch(request) {
    const memoryBefore = await memory('VmRSS')
    const upload = await receiveUpload(request, storage, { maxBytes: 512 * 1024 * 1024, maxUploadSeconds: 60 })
    await upload.discard()
    return Response.json({ bytes: upload.file?.bytes, memoryBefore, memoryPeak: await memory('VmHWM') })
  },
})
console.log(server.port)
