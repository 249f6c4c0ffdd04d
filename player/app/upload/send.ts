import { ApiError, apiErrorOf } from '../api.ts'
import { language } from '../language.ts'
import { token } from '../token.ts'

export interface UploadRequest {
  file: File
  title: string
  coverMs: number | undefined
  /** The idempotency key: the same for every try, so that the server publishes the video once. */
  uploadId: string
}

interface UploadEvents {
  onProgress(sentBytes: number, totalBytes: number): void
  /** All bytes have been sent. The server checks the video now. */
  onSent(): void
}

export interface Sending {
  done: Promise<void>
  abort(): void
}

/** The upload was aborted. */
export class Aborted extends Error {}

/** Uses XMLHttpRequest, since fetch does not report upload progress. */
export function sendVideo(
  { file, title, coverMs, uploadId }: UploadRequest,
  { onProgress, onSent }: UploadEvents,
): Sending {
  const request = new XMLHttpRequest()
  const done = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded, event.total)
    request.upload.onload = onSent
    request.onload = () => {
      const error = apiErrorOf(request.status, parse(request.responseText))
      if (error) reject(error)
      else resolve()
    }
    request.onerror = () => reject(new ApiError('offline', ''))
    request.onabort = () => reject(new Aborted())
  })
  const form = new FormData()
  form.set('title', title)
  form.set('token', token.value)
  form.set('upload_id', uploadId)
  if (coverMs !== undefined) form.set('cover_time', String(coverMs))
  form.set('data', file)
  request.open('POST', '/douyin/publish/action/')
  request.setRequestHeader('accept-language', language())
  request.send(form)
  return { done, abort: () => request.abort() }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}
