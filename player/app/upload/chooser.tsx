import { Fragment, type JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../icons.tsx'
import { words } from '../language.ts'
import { useStore } from '../store.ts'
import type { Limits } from '../types.ts'
import { type FilmFacts, limitPhrases } from './limits.ts'
import { unload } from './strip.ts'

/** Types and extensions: some systems know the one, some the other. */
const accepted =
  'video/mp4,video/quicktime,video/webm,video/x-m4v,video/3gpp,video/3gpp2,' + '.mp4,.mov,.webm,.m4v,.3gp,.3g2'

interface ChooserProps {
  preview: string
  limits: Limits
  isLocked: boolean
  onChoose(file: File): void
  onFacts(facts: FilmFacts): void
  onUnreadable(): void
}

/** Takes a file by drop or file dialog, then shows its preview. */
export function FileChooser({ preview, limits, isLocked, onChoose, onFacts, onUnreadable }: ChooserProps): JSX.Element {
  const text = useStore(words)
  const [isOver, setOver] = useState(false)
  const film = useRef<HTMLVideoElement>(null)
  useLayoutEffect(() => {
    const element = film.current
    return () => unload(element)
  }, [preview])
  const take = (file: File | undefined) => file && !isLocked && onChoose(file)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the file input within does the same
    <div
      class={`chooser ${isOver ? 'over' : ''} ${preview ? 'full' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files[0])
      }}
    >
      {preview && (
        // biome-ignore lint/a11y/useMediaCaption: a preview of the user's own file has no captions
        <video
          key={preview}
          ref={film}
          src={preview}
          controls
          playsInline
          onLoadedMetadata={({ currentTarget: { duration, videoWidth, videoHeight } }) =>
            // Some recordings have no duration.
            onFacts({ seconds: Number.isFinite(duration) ? duration : 0, width: videoWidth, height: videoHeight })
          }
          onError={onUnreadable}
        />
      )}
      {!isLocked && (
        <label class="chooser-label">
          <input
            class="hidden"
            type="file"
            accept={accepted}
            onChange={(event) => take(event.currentTarget.files?.[0])}
          />
          {preview ? (
            <span class="button small">{text.changeVideo}</span>
          ) : (
            <>
              <span class="notice-icon">
                <Icon name="film" />
              </span>
              <strong class="only-wide">{text.dropVideo}</strong>
              <span class="button primary">{text.chooseVideo}</span>
              <span class="quiet limits">
                {limitPhrases(limits).map((phrase, i) => (
                  <Fragment key={phrase}>
                    {i > 0 && ' · '}
                    <span class="whole">{phrase}</span>
                  </Fragment>
                ))}
              </span>
            </>
          )}
        </label>
      )}
    </div>
  )
}
