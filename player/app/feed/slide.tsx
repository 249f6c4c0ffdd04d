import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { localUrl } from '../api.ts'
import { setLike } from '../engagement.ts'
import { Icon } from '../icons.tsx'
import { words } from '../language.ts'
import { isSignedIn } from '../session.ts'
import { sound, soundBlocked, soundHint, toggleSound } from '../sound.ts'
import { useStore } from '../store.ts'
import type { Video } from '../types.ts'
import { Actions } from './actions.tsx'
import { type FilmProblem, type Healing, healing } from './healing.ts'
import { burst } from './hearts.ts'
import { usePlayback } from './playback.ts'
import { Progress } from './progress.tsx'
import { useTaps } from './taps.ts'
import { Trouble } from './trouble.tsx'
import { videoElementFor } from './video-element.ts'

/** How near a slide is to the current one. `far` shows the cover alone; `near` loads the video's metadata only. */
export type Nearness = 'current' | 'next' | 'near' | 'far'

export interface SlideControls {
  togglePause(): void
  seek(seconds: number): void
}

interface SlideProps {
  video: Video
  nearness: Nearness
  onComments(): void
  onControls(controls: SlideControls): void
  onNext(): void
  /** The first frame has loaded, or the video has failed: the next one may load. */
  onReady(): void
}

export function Slide({ video, nearness, onComments, onControls, onNext, onReady }: SlideProps): JSX.Element {
  const text = useStore(words)
  const isSoundBlocked = useStore(soundBlocked)
  const isUnchosen = useStore(sound) === ''
  const isSoundHinted = useStore(soundHint) && isUnchosen
  const film = useRef<HTMLVideoElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const [shape, setShape] = useState<'tall' | 'wide'>()
  const [problem, setProblem] = useState<FilmProblem>()
  const healer = useRef<Healing>()
  const isHeard = !problem || problem === 'noPicture'
  const isCurrent = nearness === 'current'
  const { isPaused, isRefused, isWaiting, toggle } = usePlayback(film, isCurrent)
  const tapOrDouble = useTaps({
    onTap: toggle,
    onDoubleTap(x, y) {
      if (stage.current && isSignedIn()) burst(stage.current, x, y)
      setLike(video, true)
    },
  })

  const onClick = (event: MouseEvent) => {
    // At once, since a browser that wants a tap does not accept one of some time ago.
    if (isRefused) toggle()
    // A tap that turns the sound on does nothing else.
    else if (!soundBlocked.value) tapOrDouble(event)
  }

  useEffect(() => {
    if (!isCurrent) return
    healer.current?.retry()
    if (film.current && film.current.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) onReady()
    onControls({
      togglePause: toggle,
      seek(seconds) {
        if (film.current && Number.isFinite(film.current.duration)) film.current.currentTime += seconds
      },
    })
    return () => soundHint.set(false)
  }, [isCurrent])

  return (
    <>
      <div class={`stage ${shape ?? ''}`} ref={stage}>
        {shape === 'wide' && <img class="backdrop" src={localUrl(video.cover_url)} alt="" />}
        <img
          class="cover"
          src={localUrl(video.cover_url)}
          alt=""
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setShape(naturalWidth / naturalHeight < 0.65 ? 'tall' : 'wide')
          }
        />
        {nearness !== 'far' && (
          <Film
            video={video}
            film={film}
            healer={healer}
            isEager={nearness !== 'near'}
            onProblem={setProblem}
            onReady={isCurrent ? onReady : undefined}
          />
        )}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the space key, L and the buttons do the same */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
        <div class="taps" onClick={onClick} />
        {isRefused && isCurrent && (
          <button type="button" class="pill play-pill" onClick={toggle}>
            <Icon name="play" /> {text.tapToPlay}
          </button>
        )}
        {isPaused && !isRefused && isCurrent && (
          <span class="paused">
            <Icon name="play" />
          </span>
        )}
        {isWaiting && isCurrent && !problem && <span class="stall" />}
        {problem && isCurrent && <Trouble problem={problem} onRetry={() => healer.current?.retry()} onNext={onNext} />}
        {(isSoundBlocked || isSoundHinted) && !isRefused && isHeard && isCurrent && (
          <button type="button" class="pill sound-pill" onClick={toggleSound}>
            <Icon name="muted" /> {text.tapForSound}
          </button>
        )}
        <Caption video={video} />
        {isCurrent && <Progress video={film} />}
      </div>
      <Actions video={video} onComments={onComments} />
    </>
  )
}

interface FilmProps {
  video: Video
  /** The <video> element, as opposed to `video`, the record from the API. */
  film: { current: HTMLVideoElement | null }
  healer: { current: Healing | undefined }
  isEager: boolean
  onProblem(problem: FilmProblem | undefined): void
  onReady: (() => void) | undefined
}

function Film({ video, film, healer, isEager, onProblem, onReady }: FilmProps): JSX.Element {
  const text = useStore(words)
  const container = useRef<HTMLDivElement>(null)
  const ready = useRef(onReady)
  ready.current = onReady
  const src = localUrl(video.play_url)
  const label = text.videoOf(video.author.name)
  useLayoutEffect(() => {
    const element = videoElementFor(src)
    Object.assign(element, { loop: true, muted: true, playsInline: true, disablePictureInPicture: true })
    element.className = 'film'
    element.onloadeddata = () => ready.current?.()
    element.onerror = () => ready.current?.()
    film.current = element
    healer.current = healing(element, onProblem)
    container.current?.append(element)
    return () => {
      healer.current?.stop()
      onProblem(undefined)
      // Removing an element does not stop its download.
      element.removeAttribute('src')
      element.load()
      element.remove()
      film.current = null
    }
  }, [])
  useLayoutEffect(() => {
    if (!film.current) return
    film.current.preload = isEager ? 'auto' : 'metadata'
    if (film.current.getAttribute('src') !== src) film.current.src = src
  }, [src, isEager])
  useLayoutEffect(() => film.current?.setAttribute('aria-label', label), [label])
  return <div ref={container} />
}

function Caption({ video }: { video: Video }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="caption">
      <a href={`/u/${video.author.id}`} class="caption-author" dir="auto">
        @{video.author.name}
      </a>
      <button type="button" class={`caption-title ${isOpen ? 'open' : ''}`} dir="auto" onClick={() => setOpen(!isOpen)}>
        {video.title}
      </button>
    </div>
  )
}
