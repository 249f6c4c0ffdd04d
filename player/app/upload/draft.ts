// The video that is about to be published. It outlives the page: a look elsewhere, or signing in again, loses nothing.
import { Refusal } from '../api.ts'
import { explain } from '../explain.ts'
import { words } from '../language.ts'
import { randomId } from '../random-id.ts'
import { refreshViewer, viewer } from '../session.ts'
import { store } from '../store.ts'
import { toast } from '../toast.ts'
import { newestWork, publishedSince, showPublished } from './published.ts'
import { Cancelled, type Sending, sendVideo } from './send.ts'

export interface Draft {
  file?: File
  title: string
  /** The frame to be the cover; undefined: the server chooses. */
  coverMs?: number | undefined
  /** `checking`: is it there already, after an answer that never came? */
  step: 'editing' | 'sending' | 'checking'
  /** How much of it is with the server, 0..1. */
  share: number
  problem: string
  /** Of a try whose end is not known: what would be listed if it succeeded after all. */
  unsettled?: { title: string; newestBefore: number } | undefined
}

const blank: Draft = { title: '', step: 'editing', share: 0, problem: '' }
export const draft = store<Draft>(blank)

const put = (changes: Partial<Draft>) => draft.update((now) => ({ ...now, ...changes }))

let uploadId = ''
let authorId: number | undefined
let sending: Sending | undefined

/** The author's own changes: what is sent then is another upload. */
export function change(changes: Pick<Partial<Draft>, 'file' | 'title' | 'coverMs'>): void {
  uploadId = ''
  authorId = viewer.value?.id ?? authorId
  put({ ...changes, problem: '' })
}

/** Why a file is not taken. */
export const refuse = (problem: string) => put({ problem })

export const cancelUpload = () => sending?.cancel()

/** Sends the draft. One that may have got through before is looked for first, and its id makes it the same upload. */
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
    await giveBack(error)
  } finally {
    sending = undefined
  }
}

/** Then nobody knows what became of what was sent: a proxy that gives up does not stop the server. */
const lost: ReadonlySet<Refusal['kind']> = new Set<Refusal['kind']>(['offline', 'away'])

/** Back to the draft, with why; if all was sent already it may be published all the same, and is looked for at once. */
async function giveBack(error: unknown): Promise<void> {
  const { step, share, unsettled } = draft.value
  const isLost = error instanceof Cancelled || (error instanceof Refusal && lost.has(error.kind))
  if (step === 'sending' && share >= 1 && isLost && unsettled) {
    put({ step: 'checking' })
    if (await publishedSince(unsettled).catch(() => false)) return finish(words.value.publishedBefore)
  }
  if (error instanceof Cancelled) toast(words.value.cancelled)
  // Asks as the viewer, so that a session that has ended says so.
  if (error instanceof Refusal && error.kind === 'signedOut') void refreshViewer().catch(() => {})
  put({ step: 'editing', ...(isLost ? {} : { unsettled: undefined }), problem: reason(error, step, share) })
}

function reason(error: unknown, step: Draft['step'], share: number): string {
  if (error instanceof Cancelled) return ''
  const isCutOff = step === 'sending' && error instanceof Refusal && error.kind === 'offline'
  return isCutOff ? words.value.cutOff(Math.floor(share * 100)) : explain(error)
}

async function finish(message: string): Promise<void> {
  uploadId = ''
  draft.set(blank)
  toast(message)
  await showPublished()
}

viewer.subscribe(() => {
  // What one has chosen is nothing for the next who signs in here.
  if (viewer.value && authorId && viewer.value.id !== authorId) draft.set(blank)
})

addEventListener('beforeunload', (event) => {
  if (draft.value.file) event.preventDefault()
})
