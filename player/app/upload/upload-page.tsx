import type { JSX } from 'preact'
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { words } from '../language.ts'
import { useLoaded } from '../loaded.ts'
import { useStore } from '../store.ts'
import { FileChooser } from './chooser.tsx'
import { CoverPicker } from './cover.tsx'
import { cancelUpload, change, draft, publish, rejectFile } from './draft.ts'
import { dataSize, duration, type FilmFacts, fileProblem, filmProblem, loadLimits, sendingTime } from './limits.ts'
import { readMovie } from './movie.ts'

const unknown: FilmFacts = { seconds: 0, width: 0, height: 0 }

export function UploadPage(): JSX.Element {
  const text = useStore(words)
  const { file, title, coverMs, step, problem, unsettled } = useStore(draft)
  const { now } = useLoaded(loadLimits, [])
  const limits = now.state === 'ready' ? now.value : {}
  /** Facts that the browser found when it showed the file, and those in the index of the file. */
  const [shown, setShown] = useState<{ file: File | undefined; facts: FilmFacts | 'unreadable' }>()
  const [indexed, setIndexed] = useState<{ file: File; movie: FilmFacts | undefined }>()
  const titleId = useId()
  const countId = useId()
  const url = useMemo(() => (file ? URL.createObjectURL(file) : ''), [file])
  // After the elements that show the preview have released it.
  useEffect(() => () => void setTimeout(() => URL.revokeObjectURL(url)), [url])
  useEffect(() => {
    if (file) void readMovie(file).then((movie) => setIndexed({ file, movie }))
  }, [file])
  const isLocked = step !== 'editing'
  const maxTitle = limits.title_characters ?? 255
  const titleLength = [...title.trim()].length
  const isTitleLong = titleLength > maxTitle
  const preview = shown?.file === file ? shown?.facts : undefined
  const facts = preview === 'unreadable' || !preview ? unknown : preview
  const movie = indexed?.file === file ? indexed?.movie : undefined
  // The server counts pixels as they are stored.
  const known = { ...(movie ?? facts), seconds: facts.seconds || (movie?.seconds ?? 0) }
  const filmComplaint = file ? filmProblem(known, limits) : ''
  const complaint = problem || filmComplaint
  const doubt = preview === 'unreadable' ? text.unreadable : preview?.width === 0 ? text.unreadablePicture : ''

  function choose(chosen: File): void {
    const fileError = fileProblem(chosen, limits)
    if (fileError) {
      rejectFile(fileError)
      return
    }
    const titleFromName = [...chosen.name.replace(/\.[^.]+$/, '')].slice(0, maxTitle).join('')
    change({ file: chosen, coverMs: undefined, title: title || titleFromName })
  }

  return (
    <div class="upload">
      <h1>{text.upload}</h1>
      <form
        class="upload-form"
        onSubmit={(event) => {
          event.preventDefault()
          void publish()
        }}
      >
        <FileChooser
          preview={url}
          limits={limits}
          isLocked={isLocked}
          onChoose={choose}
          onFacts={(found) => setShown({ file, facts: found })}
          onUnreadable={() => setShown({ file, facts: 'unreadable' })}
        />
        <div class="form">
          <div>
            <label class="field-label" for={titleId}>
              {text.title}
            </label>
            <textarea
              id={titleId}
              class="field"
              rows={3}
              required
              placeholder={text.titleHint}
              value={title}
              disabled={isLocked}
              aria-invalid={isTitleLong}
              aria-describedby={countId}
              onInput={(event) => change({ title: event.currentTarget.value })}
            />
            <p id={countId} class={`quiet counter ${isTitleLong ? 'over' : ''}`}>
              {titleLength} / {maxTitle}
            </p>
          </div>
          {file && facts.seconds > 0 && facts.width > 0 && (
            <CoverPicker
              key={url}
              url={url}
              seconds={facts.seconds}
              coverMs={coverMs}
              isLocked={isLocked}
              onPick={(ms) => change({ coverMs: ms })}
            />
          )}
          {file && !isLocked && <p class="quiet sending-time">{sendingTime(file.size)}</p>}
          {doubt && !complaint && !isLocked && (
            <p class="form-doubt" role="status">
              {doubt}
            </p>
          )}
          {complaint && (
            <p class="form-problem" role="alert">
              {complaint}
            </p>
          )}
          {isLocked ? (
            <UploadProgress />
          ) : (
            <button
              type="submit"
              class="button primary"
              disabled={!file || titleLength === 0 || isTitleLong || filmComplaint !== ''}
            >
              {unsettled && problem ? text.retry : text.publish}
            </button>
          )}
        </div>
      </form>
    </div>
  )
}

function UploadProgress(): JSX.Element {
  const text = useStore(words)
  const { step, share, bytesPerSecond, secondsLeft, isWithdrawn } = useStore(draft)
  const isSending = step === 'sending'
  const states = {
    editing: '',
    sending: text.publishing,
    processing: text.processing,
    checking: text.checkingPublished,
  }
  const isPaced = isSending && bytesPerSecond !== undefined && secondsLeft !== undefined
  return (
    <div class="upload-progress">
      <p role="status">{isWithdrawn ? text.withdrawing : states[step]}</p>
      <progress max={1} value={isSending ? share : undefined} aria-label={text.publishing} />
      <div class="upload-row">
        <span class="quiet">{text.sent(Math.floor(share * 100))}</span>
        {isPaced && <span class="quiet pace">{text.uploadPace(dataSize(bytesPerSecond), duration(secondsLeft))}</span>}
        {isSending && !isWithdrawn && (
          <button type="button" class="button small" onClick={cancelUpload}>
            {text.cancel}
          </button>
        )}
        {step === 'processing' && !isWithdrawn && <span class="quiet">{text.processingHint}</span>}
      </div>
    </div>
  )
}
