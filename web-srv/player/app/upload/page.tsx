import type { JSX } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { explain } from '../explain.ts'
import { words } from '../language.ts'
import { videoPage } from '../lists.ts'
import { useLoaded } from '../loaded.ts'
import { forget } from '../pager.ts'
import { navigate } from '../router.ts'
import { refreshViewer, viewer } from '../session.ts'
import { useStore } from '../store.ts'
import { toast } from '../toast.ts'
import { FileChooser } from './chooser.tsx'
import { fileProblem, lengthProblem, loadLimits } from './limits.ts'
import { Cancelled, type Sending, sendVideo } from './send.ts'

export function UploadPage(): JSX.Element {
  const text = useStore(words)
  const { now } = useLoaded(loadLimits, [])
  const limits = now.state === 'there' ? now.value : {}
  const [file, setFile] = useState<File>()
  const [title, setTitle] = useState('')
  const [problem, setProblem] = useState('')
  const [share, setShare] = useState<number>()
  const sending = useRef<Sending>()
  const titleId = useId()
  const preview = useMemo(() => (file ? URL.createObjectURL(file) : ''), [file])
  useEffect(() => () => URL.revokeObjectURL(preview), [preview])
  useEffect(() => () => sending.current?.cancel(), [])
  useEffect(() => {
    if (share === undefined) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [share === undefined])

  function choose(chosen: File): void {
    const refused = fileProblem(chosen, limits)
    setProblem(refused)
    if (refused) return
    setFile(chosen)
    if (!title) setTitle(chosen.name.replace(/\.[^.]+$/, '').slice(0, 255))
  }

  async function publish(event: Event): Promise<void> {
    event.preventDefault()
    if (!file || share !== undefined) return
    setProblem('')
    setShare(0)
    sending.current = sendVideo(file, title.trim(), setShare)
    try {
      await sending.current.done
      toast(text.published)
      await showNewest()
    } catch (error) {
      setShare(undefined)
      if (error instanceof Cancelled) toast(text.cancelled)
      else setProblem(explain(error))
    } finally {
      sending.current = undefined
    }
  }

  return (
    <div class="upload">
      <h1>{text.upload}</h1>
      <form class="upload-form" onSubmit={(event) => void publish(event)}>
        <FileChooser
          preview={preview}
          limits={limits}
          isLocked={share !== undefined}
          onChoose={choose}
          onLength={(seconds) => setProblem(lengthProblem(seconds, limits))}
        />
        <div class="form">
          <div>
            <label class="field-label" for={titleId}>
              {text.title}
            </label>
            <textarea
              id={titleId}
              class="field"
              rows={4}
              required
              maxLength={limits.title_characters ?? 255}
              placeholder={text.titleHint}
              value={title}
              disabled={share !== undefined}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
            <p class="quiet counter" aria-hidden="true">
              {[...title].length} / {limits.title_characters ?? 255}
            </p>
          </div>
          {problem && (
            <p class="form-problem" role="alert">
              {problem}
            </p>
          )}
          {share === undefined ? (
            <button type="submit" class="button primary" disabled={!file || !title.trim()}>
              {text.publish}
            </button>
          ) : (
            <UploadProgress share={share} onCancel={() => sending.current?.cancel()} />
          )}
        </div>
      </form>
    </div>
  )
}

function UploadProgress({ share, onCancel }: { share: number; onCancel(): void }): JSX.Element {
  const text = useStore(words)
  const percent = Math.floor(share * 100)
  return (
    <div class="upload-progress">
      <p role="status">{share < 1 ? text.publishing : text.processing}</p>
      <progress max={1} value={share < 1 ? share : undefined} aria-label={text.publishing} />
      <div class="upload-row">
        <span class="quiet">{percent} %</span>
        <button type="button" class="button small" onClick={onCancel}>
          {text.cancel}
        </button>
      </div>
    </div>
  )
}

/** The server does not tell the new video's id, but lists it first. */
async function showNewest(): Promise<void> {
  forget()
  void refreshViewer().catch(() => {})
  const me = viewer.value
  const newest = me && (await videoPage('/publish/list/', { user_id: me.id }, '', 1).catch(() => undefined))
  const [video] = newest?.items ?? []
  navigate(video ? `/v/${video.id}` : '/me', { replace: true })
}
