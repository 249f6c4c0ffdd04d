import type { JSX } from 'preact'
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { words } from '../language.ts'
import { useLoaded } from '../loaded.ts'
import { useStore } from '../store.ts'
import { FileChooser } from './chooser.tsx'
import { CoverPicker } from './cover.tsx'
import { cancelUpload, change, draft, publish, rejectFile } from './draft.ts'
import { dataSize, duration, fileProblem, lengthProblem, loadLimits } from './limits.ts'

export function UploadPage(): JSX.Element {
  const text = useStore(words)
  const { file, title, coverMs, step, problem, unsettled } = useStore(draft)
  const { now } = useLoaded(loadLimits, [])
  const limits = now.state === 'ready' ? now.value : {}
  const [seconds, setSeconds] = useState(0)
  const titleId = useId()
  const countId = useId()
  const preview = useMemo(() => (file ? URL.createObjectURL(file) : ''), [file])
  // After the elements that show the preview have released it.
  useEffect(() => () => void setTimeout(() => URL.revokeObjectURL(preview)), [preview])
  const isLocked = step !== 'editing'
  const maxTitle = limits.title_characters ?? 255
  const titleLength = [...title.trim()].length
  const isTitleLong = titleLength > maxTitle
  const lengthComplaint = file ? lengthProblem(seconds, limits) : ''
  const complaint = problem || lengthComplaint

  function choose(chosen: File): void {
    const fileError = fileProblem(chosen, limits)
    if (fileError) {
      rejectFile(fileError)
      return
    }
    setSeconds(0)
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
          preview={preview}
          limits={limits}
          isLocked={isLocked}
          onChoose={choose}
          // Some recordings have no duration.
          onLength={(length) => setSeconds(Number.isFinite(length) ? length : 0)}
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
          {file && seconds > 0 && (
            <CoverPicker
              key={preview}
              url={preview}
              seconds={seconds}
              coverMs={coverMs}
              isLocked={isLocked}
              onPick={(ms) => change({ coverMs: ms })}
            />
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
              disabled={!file || titleLength === 0 || isTitleLong || lengthComplaint !== ''}
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
