// The draft of an upload. It is not part of the upload page, so it survives visits to other pages and signing in again.
import { ApiError } from '../api.ts'
import { explain } from '../explain.ts'
import { words } from '../language.ts'
import { randomId } from '../random-id.ts'
import { refreshViewer, viewer } from '../session.ts'
import { store } from '../store.ts'
import { toast } from '../toast.ts'
import { token } from '../token.ts'
import { uploadSpeed } from './limits.ts'
import { Pace } from './pace.ts'
import { deletePublished, newestWork, publishedSince, showPublished } from './published.ts'
import { Aborted, type Sending, sendVideo } from './send.ts'

export interface Draft {
  file?: File
  title: string
  /** The time of the cover frame. If undefined, the server chooses one. */
  coverMs?: number | undefined
  /**
   * - `sending`: from the first byte to the last
   * - `processing`: the server has everything and has not answered yet
   * - `checking`: an answer was lost, so the list of published videos is searched for the upload
   */
  step: 'editing' | 'sending' | 'processing' | 'checking'
  /** The share that has been sent, 0..1. */
  share: number
  bytesPerSecond?: number | undefined
  secondsLeft?: number | undefined
  /** The user cancelled when the server may have had everything. If it publishes the video, the video is deleted. */
  isWithdrawn: boolean
  problem: string
  /** Set after a try whose result is unknown: identifies the video in the list if the try succeeded after all. */
  unsettled?: { title: string; newestBefore: number } | undefined
}

const blank: Draft = { title: '', step: 'editing', share: 0, isWithdrawn: false, problem: '' }
export const draft = store<Draft>(blank)

const put = (changes: Partial<Draft>) => draft.update((now) => ({ ...now, ...changes }))

let uploadId = ''
/** The session in which the draft was edited last, and its user, who may be loaded later. */
let authorToken = ''
let authorId: number | undefined
let sending: Sending | undefined
let pace: Pace | undefined

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

/** Longer than the server takes to check a video, so that the list is complete afterwards. */
const withdrawalMs = 20_000

/** Stops sending. If the server may have everything, its answer is awaited: only that tells whether to delete. */
export function cancelUpload(): void {
  const { step, isWithdrawn } = draft.value
  if (step !== 'sending' || isWithdrawn) return
  const current = sending
  if (current && !pace?.mayBeComplete(performance.now())) {
    current.abort()
    return
  }
  put({ isWithdrawn: true })
  setTimeout(() => current?.abort(), withdrawalMs)
}

/** Sends the draft. If an earlier try may have succeeded, its video is looked up first. The upload id is an
 * idempotency key, so that a retry is the same upload. */
export async function publish(): Promise<void> {
  const { file, step, coverMs, unsettled } = draft.value
  const title = draft.value.title.trim()
  if (!file || !title || step !== 'editing') return
  const start = { share: 0, bytesPerSecond: undefined, secondsLeft: undefined, isWithdrawn: false, problem: '' }
  put({ ...start, step: unsettled ? 'checking' : 'sending' })
  uploadId ||= randomId()
  try {
    if (unsettled) {
      const found = await publishedSince(unsettled)
      if (found.length > 0) return await finish(words.value.publishedBefore, found)
    }
    const sent = { title, newestBefore: unsettled?.newestBefore ?? (await newestWork()) }
    if (draft.value.isWithdrawn) throw new Aborted()
    put({ step: 'sending', unsettled: sent })
    const current = new Pace(file.size, performance.now())
    pace = current
    sending = sendVideo(
      { file, title, coverMs, uploadId },
      {
        onProgress(sentBytes, totalBytes) {
          current.note(sentBytes, performance.now())
          const { bytesPerSecond, secondsLeft } = current
          put({ share: sentBytes / totalBytes, bytesPerSecond, secondsLeft })
        },
        onSent() {
          put({ step: 'processing', share: 1 })
          if (current.bytesPerSecond) uploadSpeed.set(String(Math.round(current.bytesPerSecond)))
        },
      },
    )
    await sending.done
    await finish(words.value.published, await publishedSince(sent).catch(() => []))
  } catch (error) {
    await returnToEditing(error)
  } finally {
    sending = undefined
  }
}

/** After these errors the result is unknown: a proxy that times out does not stop the server. */
const unknownResultKinds: ReadonlySet<ApiError['kind']> = new Set<ApiError['kind']>(['offline', 'away'])

/** Returns to editing and shows the error. If the server may have everything and the result is unknown, the video may
 * have been published, so it is looked up first. */
async function returnToEditing(error: unknown): Promise<void> {
  const { step, share, isWithdrawn, unsettled } = draft.value
  const isAborted = error instanceof Aborted
  const isLost = error instanceof ApiError && unknownResultKinds.has(error.kind)
  const mayBePublished = (isLost || isAborted) && (step === 'processing' || share >= 1 || isWithdrawn)
  let found: number[] | undefined = []
  if (mayBePublished && unsettled) {
    put({ step: 'checking' })
    found = await publishedSince(unsettled).catch(() => undefined)
  }
  if (found && found.length > 0) return finish(words.value.publishedBefore, found)
  const isCancelled = isAborted || isWithdrawn
  const isUnknown = isLost || !found
  if (isCancelled && !isUnknown) toast(words.value.cancelled)
  // A request as the viewer, so that an expired session is reported.
  if (error instanceof ApiError && error.kind === 'signedOut') void refreshViewer().catch(() => {})
  const cancelProblem = isUnknown ? words.value.cancelUnknown : ''
  const problem = isCancelled ? cancelProblem : reason(error, step, share)
  put({ step: 'editing', isWithdrawn: false, problem, ...(isLost || isAborted ? {} : { unsettled: undefined }) })
}

function reason(error: unknown, step: Draft['step'], share: number): string {
  const isCutOff = step !== 'checking' && error instanceof ApiError && error.kind === 'offline'
  return isCutOff ? words.value.cutOff(Math.floor(share * 100)) : explain(error)
}

/** Ends a successful upload. `found` are the videos that it may be; with more than one nothing can be undone. */
async function finish(message: string, found: number[]): Promise<void> {
  const { isWithdrawn, file, title, coverMs } = draft.value
  const id = found.length === 1 ? found[0] : undefined
  uploadId = ''
  if (isWithdrawn) return withdraw(id)
  draft.set(blank)
  const undo = {
    label: words.value.undo,
    run: () => void undoPublishing(id ?? 0, { title, coverMs, ...(file && { file }) }),
  }
  toast(message, 'news', id ? undo : undefined)
  showPublished(found[0])
}

/** Deletes a video that was published although its upload had been cancelled. */
async function withdraw(id: number | undefined): Promise<void> {
  try {
    if (!id) throw new Error('the video is not in the list')
    await deletePublished(id)
    toast(words.value.withdrawn)
    put({ step: 'editing', isWithdrawn: false, unsettled: undefined })
  } catch {
    draft.set(blank)
    toast(words.value.undoFailed, 'problem')
    showPublished(undefined)
  }
}

/** Deletes the video and returns to its draft. */
async function undoPublishing(id: number, kept: Partial<Draft>): Promise<void> {
  try {
    await deletePublished(id)
  } catch {
    return toast(words.value.undoFailed, 'problem')
  }
  toast(words.value.withdrawn)
  if (!draft.value.file) draft.set({ ...blank, ...kept })
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
