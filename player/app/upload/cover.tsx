import type { JSX } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { words } from '../language.ts'
import { useStore } from '../store.ts'
import { drawStrip, unload } from './strip.ts'

interface CoverProps {
  /** The object URL of the chosen file. */
  url: string
  seconds: number
  coverMs: number | undefined
  isLocked: boolean
  onPick(ms: number | undefined): void
}

/** A slider over the filmstrip of the video to choose the cover frame. */
export function CoverPicker({ url, seconds, coverMs, isLocked, onPick }: CoverProps): JSX.Element {
  const text = useStore(words)
  const id = useId()
  const strip = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const stop = new AbortController()
    if (strip.current) void drawStrip(url, strip.current, stop.signal)
    return () => stop.abort()
  }, [url])
  const at = clock(coverMs ?? 0)
  const isPicked = coverMs !== undefined
  return (
    <div>
      <label class="field-label" for={id}>
        {text.cover}
      </label>
      <div class="cover-picker">
        <div class="cover-frame">
          <Frame url={url} ms={coverMs ?? 0} />
          <span class="cover-kind">{isPicked ? at : text.coverAutomatic}</span>
        </div>
        <div class="cover-choice">
          <div class="strip">
            <canvas ref={strip} width={640} height={112} />
            <input
              id={id}
              class={isPicked ? 'picked' : ''}
              type="range"
              min={0}
              max={Math.floor(seconds * 1000)}
              step={seconds < 2 ? 10 : 100}
              value={coverMs ?? 0}
              disabled={isLocked}
              aria-valuetext={isPicked ? text.coverAt(at, clock(seconds * 1000)) : text.coverAutomatic}
              onInput={(event) => onPick(Number(event.currentTarget.value))}
            />
          </div>
          <p class="quiet cover-hint">{isPicked ? text.coverPicked : text.coverHint}</p>
          {isPicked && (
            <button type="button" class="button small" disabled={isLocked} onClick={() => onPick(undefined)}>
              {text.coverReset}
            </button>
          )}
        </div>
      </div>
    </div>
  )
}

/** One frame of the video. Positions requested during a seek are skipped, except the last one. */
function Frame({ url, ms }: { url: string; ms: number }): JSX.Element {
  const film = useRef<HTMLVideoElement>(null)
  const targetSeconds = useRef(0)
  targetSeconds.current = ms / 1000
  const seek = () => {
    const element = film.current
    if (element && !element.seeking && Math.abs(element.currentTime - targetSeconds.current) > 0.0005)
      element.currentTime = targetSeconds.current
  }
  useEffect(seek, [ms])
  useLayoutEffect(() => {
    const element = film.current
    return () => unload(element)
  }, [])
  return (
    <video
      ref={film}
      src={url}
      muted
      playsInline
      preload="auto"
      aria-hidden="true"
      tabIndex={-1}
      onLoadedData={seek}
      onSeeked={seek}
    />
  )
}

/** Formats a time such as 1:02.5. */
function clock(ms: number): string {
  const tenths = Math.floor(ms / 100)
  const minutes = Math.floor(tenths / 600)
  return `${minutes}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`
}
