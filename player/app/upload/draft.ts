// The draft of an upload. It is not part of the upload page, so it survives visits to other pages and signing in again.
import { ApiError } from '../api.ts'
import { explain } from '../explain.ts'
import { words } from '../language.ts'
import { randomId } from '../random-id.ts'
import { refreshViewer, viewer } from '../session.ts'
import { store } from '../store.ts'
import { toast } from '../toast.ts'
import { token } from '../token.ts'
import { newestWork, publishedSince, showPublished } from './published.ts'
import { Cancelled, type Sending, sendVideo } from './send.ts'

export interface Draft {
  file?: File
  title: string
  /** The time of the cover frame. If undefined, the server chooses one. */
  coverMs?: number | undefined
  /** `checking`: the answer to an earlier try was lost, so the list of published videos is searched for it. */
  step: 'editing' | 'sending' | 'checking'
  /** The share that has been sent, 0..1. */
  share: number
  problem: string
  /** Set after a try whose result is unknown: identifies the video in the list if the try succeeded after all. */
  unsettled?: { title: string; newestBefore: number } | undefined
}

const blank: Draft = { title: '', step: 'editing', share: 0, problem: '' }
export const draft = store<Draft>(blank)

const put = (changes: Partial<Draft>) => draft.update((now) => ({ ...now, ...changes }))

let uploadId = ''
/** The session in which the draft was edited last, and its user, who may be loaded later. */
let authorToken = ''
let authorId: number | undefined
let sending: Sending | undefined

/** Changes by the user. The changed draft is a different upload, so it gets a new upload id. */
export function change(changes: Pick<Partial<Draft>, 'file' | 'title' | 'coverMs'>): void {
  uploadId = ''
  if (token.value !== authorToken) authorId = undefined
  authorToken = token.value
  authorId = viewer.value?.id ?? authorId
  put({ ...changes, problem: '' })
}

/** Shows why a file is rejected. */
export const rejectFile = (problem: string) => put({ problem })

export const cancelUpload = () => sending?.cancel()

/** Sends the draft. If an earlier try may have succeeded, its video is looked up first. The upload id is an
 * idempotency key, so that a retry is the same upload. */
export async function publish(): Promise<void> {
  const { file, step, coverMs, unsettled } = draft.value
  const title = draft.value.title.trim()
  if (!file || !title || step !== 'editing') return
  put({ step: unsettled ? 'checking' : 'sending', share: 0, problem: '' })
  uploadId ||= randomId()
  try {
    if (unsettled && (await publishedSince(unsettled))) return await finish(words.value.publishedBefore)
    const newestBefore = unsettled?.newestBefore ?? (await newestWork())
    put({ step: 'sending', unsettled: { title, newestBefore } })
    sending = sendVideo({ file, title, coverMs, uploadId }, (share) => put({ share }))
    await sending.done
    await finish(words.value.published)
  } catch (error) {
    await returnToEditing(error)
  } finally {
    sending = undefined
  }
}

/** After these errors the result is unknown: a proxy that times out does not stop the server. */
const unknownResultKinds: ReadonlySet<ApiError['kind']> = new Set<ApiError['kind']>(['offline', 'away'])

/** Returns to editing and shows the error. If the whole file was sent and the result is unknown, the video may have
 * been published, so it is looked up first. */
async function returnToEditing(error: unknown): Promise<void> {
  const { step, share, unsettled } = draft.value
  const isResultUnknown =
    error instanceof Cancelled || (error instanceof ApiError && unknownResultKinds.has(error.kind))
  if (step === 'sending' && share >= 1 && isResultUnknown && unsettled) {
    put({ step: 'checking' })
    if (await publishedSince(unsettled).catch(() => false)) return finish(words.value.publishedBefore)
  }
  if (error instanceof Cancelled) toast(words.value.cancelled)
  // A request as the viewer, so that an expired session is reported.
  if (error instanceof ApiError && error.kind === 'signedOut') void refreshViewer().catch(() => {})
  put({ step: 'editing', ...(isResultUnknown ? {} : { unsettled: undefined }), problem: reason(error, step, share) })
}

function reason(error: unknown, step: Draft['step'], share: number): string {
  if (error instanceof Cancelled) return ''
  const isCutOff = step === 'sending' && error instanceof ApiError && error.kind === 'offline'
  return isCutOff ? words.value.cutOff(Math.floor(share * 100)) : explain(error)
}

async function finish(message: string): Promise<void> {
  uploadId = ''
  draft.set(blank)
  toast(message)
  await showPublished()
}

viewer.subscribe(() => {
  if (!viewer.value) return
  if (token.value === authorToken) authorId = viewer.value.id
  // The draft is dropped when another user signs in.
  else if (viewer.value.id !== authorId) draft.set(blank)
})

addEventListener('beforeunload', (event) => {
  if (draft.value.file) event.preventDefault()
})
