import { Failure } from '@douyin/proto'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { interruption } from '../../http/interruption.ts'
import type { MediaLimits } from '../media-limits.ts'
import { mapDiskFull } from '../store/disk.ts'
import type { Storage } from '../store/storage.ts'
import { fileWriter } from './file-writer.ts'
import type { UploadGuard } from './upload-guard.ts'

const tooLarge = (maxBytes: number) => new Failure('UPLOAD_TOO_LARGE', { maxMiB: Math.floor(maxBytes / 2 ** 20) })

/** A form that has arrived whole. The caller must call `discard` in the end, in every case. */
export interface Upload {
  /** The first value of each plain field. */
  fields: Record<string, string>
  /** The first file part named `data`; `sha256` is in hex. */
  file?: { path: string; bytes: number; sha256: string }
  discard(): Promise<void>
}

const maxParts = 100
const maxFieldBytes = 64 * 1024
const maxFormBytes = 8 * 1024 * 1024
/** A step of the parser that takes longer is stuck. */
const maxParserMs = 3000
const maxUncollectedBytes = 32 << 20
/** After this time without a byte the client counts as gone. A bad line may pause for a minute. */
export const stallSeconds = 120
/** Bytes of all uploads together. */
let uncollectedBytes = 0

/** The garbage collector does not count the bytes of a chunk in its estimate, so without this many chunks pile up. */
function collect(bytes: number) {
  uncollectedBytes += bytes
  if (uncollectedBytes <= maxUncollectedBytes) return
  uncollectedBytes = 0
  Bun.gc(true)
}

/**
 * Streams a multipart form to a temporary file. The memory is bounded by one network chunk.
 * If it fails, it leaves no file.
 */
export async function receiveUpload(
  request: Request,
  storage: Storage,
  limits: Pick<MediaLimits, 'maxBytes' | 'maxUploadSeconds'>,
  guard: UploadGuard = noGuard,
): Promise<Upload> {
  const maxBodyBytes = limits.maxBytes + maxFormBytes
  if (Number(request.headers.get('content-length')) > maxBodyBytes) throw tooLarge(limits.maxBytes)
  const form = parser(request.headers.get('content-type') ?? '')
  const fields = plainFields(form)
  const part = dataPart(form, storage.temporaryPath(), limits.maxBytes, {
    begin: () => guard.begin(fields),
    take: guard.take,
  })
  const reader = request.body?.getReader()
  const { fail, orFailed } = interruption()
  let stalled: Timer | undefined
  const waitForMore = () => {
    clearTimeout(stalled)
    stalled = setTimeout(() => fail(new Failure('UPLOAD_BROKEN_OFF')), stallSeconds * 1000)
  }
  // Not `once`, since an error event without a listener ends the process.
  form.on('error', () => fail(new Failure('FORM_MALFORMED')))
  form.on('partsLimit', () => fail(new Failure('FORM_TOO_MANY_PARTS', { max: maxParts })))
  form.on('field', (_name, _value, _nameCut, cut) => {
    if (cut) fail(new Failure('FORM_FIELD_TOO_LONG', { maxKiB: maxFieldBytes / 1024 }))
  })
  const deadline = setTimeout(() => fail(new Failure('UPLOAD_TOO_SLOW')), limits.maxUploadSeconds * 1000)
  // After some broken forms the parser waits forever for bytes that it already has.
  const withParserLimit = async (step: Promise<void>) => {
    const stuck = setTimeout(() => fail(new Failure('FORM_MALFORMED')), maxParserMs)
    await orFailed(step).finally(() => clearTimeout(stuck))
  }

  const discard = async () => {
    await part.discard()
    guard.discarded()
  }

  try {
    guard.enter(fail)
    let bodyBytes = 0
    for (;;) {
      waitForMore()
      const chunk = reader && (await orFailed(reader.read().catch(brokenOff)))
      if (!chunk || chunk.done) break
      bodyBytes += chunk.value.length
      guard.arrived(chunk.value.length)
      if (bodyBytes > maxBodyBytes) throw tooLarge(limits.maxBytes)
      await withParserLimit(new Promise<void>((resolve) => form.write(chunk.value, () => resolve())))
      await part.flush()
      collect(chunk.value.length)
    }
    const finished = new Promise<void>((resolve) => form.once('finish', resolve))
    form.end()
    await withParserLimit(finished)
    await part.flush()
    const file = await part.close()
    return { fields, file, discard }
  } catch (error) {
    await discard()
    reader?.cancel().catch(() => {})
    throw mapDiskFull(error)
  } finally {
    clearTimeout(deadline)
    clearTimeout(stalled)
    guard.leave()
  }
}

function parser(contentType: string): BusboyInstance {
  if (!/^multipart\/form-data\b/i.test(contentType)) throw new Failure('FORM_NOT_MULTIPART')
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { parts: maxParts, fieldSize: maxFieldBytes, headerPairs: 32, headerSize: 16 * 1024 },
    })
  } catch {
    throw new Failure('FORM_WITHOUT_BOUNDARY')
  }
}

function plainFields(form: BusboyInstance) {
  // Without a prototype, so that a field of any name is only a field.
  const fields: Record<string, string> = Object.create(null)
  form.on('field', (name, value) => {
    if (name !== undefined) fields[name] ??= value
  })
  return fields
}

/** The parser emits bytes in events, which cannot wait for a disk. They are buffered until the next `flush`. */
function dataPart(
  form: BusboyInstance,
  path: string,
  maxBytes: number,
  guard: { begin(): Promise<void>; take(bytes: number): void },
) {
  const hash = new Bun.CryptoHasher('sha256')
  const file = fileWriter(path, release)
  let hasFile = false
  let bytes = 0
  let buffered: Uint8Array[] = []
  let hasBegun = false

  form.on('file', (name, stream) => {
    // A part that is cut off emits an error of its own, besides that of the form.
    stream.on('error', () => {})
    if (name !== 'data' || hasFile) return stream.resume()
    hasFile = true
    stream.on('data', (chunk: Uint8Array) => buffered.push(chunk))
  })

  return {
    async flush() {
      const chunks = buffered
      buffered = []
      if (chunks.length > 0 && !hasBegun) {
        hasBegun = true
        await guard.begin()
      }
      for (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > maxBytes) throw tooLarge(maxBytes)
        guard.take(chunk.length)
        hash.update(chunk)
        await file.add(chunk)
      }
    },
    async close() {
      if (!hasFile) return undefined
      await file.close()
      return { path, bytes, sha256: hash.digest('hex') }
    },
    discard: () => file.discard(),
  }
}

/** Frees the memory of a written chunk at once, but only if it is its whole buffer, so that nothing else reads it. */
function release(chunk: Uint8Array) {
  if (chunk.length !== chunk.buffer.byteLength) return
  uncollectedBytes -= chunk.length
  ;(chunk.buffer as ArrayBuffer).transfer(0)
}

function brokenOff(): never {
  throw new Failure('UPLOAD_BROKEN_OFF')
}

const noGuard: UploadGuard = { enter() {}, arrived() {}, begin: async () => {}, take() {}, leave() {}, discarded() {} }
