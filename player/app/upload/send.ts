import { Refusal, refusalOf } from '../api.ts'
import { language } from '../language.ts'
import { token } from '../token.ts'

export interface Parcel {
  file: File
  title: string
  coverMs: number | undefined
  /** The same for every try, so that the server publishes it once. */
  uploadId: string
}

export interface Sending {
  done: Promise<void>
  cancel(): void
}

/** Of an upload that somebody stopped. */
export class Cancelled extends Error {}

/** By XMLHttpRequest: fetch does not tell how much of a body is gone. */
export function sendVideo({ file, title, coverMs, uploadId }: Parcel, onProgress: (share: number) => void): Sending {
  const request = new XMLHttpRequest()
  const done = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      const refusal = refusalOf(request.status, parse(request.responseText))
      if (refusal) reject(refusal)
      else resolve()
    }
    request.onerror = () => reject(new Refusal('offline', ''))
    request.onabort = () => reject(new Cancelled())
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
  return { done, cancel: () => request.abort() }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}
