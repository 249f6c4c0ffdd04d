import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { CommentSheet } from '../comments/sheet.tsx'
import { showKeys } from '../help.tsx'
import { Icon } from '../icons.tsx'
import { words } from '../language.ts'
import { toggleLike } from '../marks.ts'
import { toggleSound } from '../sound.ts'
import { Failed, Spinner } from '../states.tsx'
import { useStore } from '../store.ts'
import type { Video } from '../types.ts'
import { useKeys } from './keys.ts'
import type { Reel } from './reels.ts'
import { type Nearness, Slide, type SlideControls } from './slide.tsx'

/** The next film waits for the first frame of this one: on a slow line they would hold each other up. */
const nearnessOf = (distance: number, isReady: boolean): Nearness =>
  distance === 0 ? 'current' : distance === 1 && isReady ? 'next' : distance === -1 ? 'near' : 'far'

/** So many before the end the next page is asked for. */
const ahead = 5

interface ReelProps {
  reel: Reel
  /** Stands at the end of the list, or in its place when it is empty. */
  end: ComponentChildren
  onShown?(video: Video): void
}

/** Videos one under the other, one at a time. */
export function ReelView({ reel, end, onShown }: ReelProps): JSX.Element {
  const text = useStore(words)
  const listing = useStore(reel.videos)
  const { items, state } = listing
  const [index, setIndex] = useState(reel.index)
  const [readyId, setReadyId] = useState(0)
  const [isTalking, setTalking] = useState(false)
  const scroller = useRef<HTMLDivElement>(null)
  const controls = useRef<SlideControls>()
  // Where a key or a button has sent it: that film plays at once, however far it still has to roll.
  const goal = useRef<number>()
  const current = items[index]

  useEffect(() => {
    if (state === 'more' && index >= items.length - ahead) void reel.videos.more()
  }, [index, items.length, state])

  useEffect(() => {
    if (current) onShown?.(current)
  }, [current?.id])

  useLayoutEffect(() => {
    const box = scroller.current
    if (!box) return
    const keepPlace = () => {
      goal.current = undefined
      box.scrollTo({ top: reel.index * box.clientHeight, behavior: 'instant' })
    }
    // At the top there is nothing to keep, and asking would make the browser lay out twice.
    if (reel.index > 0) keepPlace()
    const watcher = new ResizeObserver(keepPlace)
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [])

  const onScroll = () => {
    const box = scroller.current
    if (!box?.clientHeight) return
    const place = box.scrollTop / box.clientHeight
    if (Math.abs(place - (goal.current ?? place)) < 0.01) goal.current = undefined
    turnTo(goal.current ?? Math.max(0, Math.round(place)))
  }
  const turnTo = (place: number) => {
    reel.index = place
    setIndex(place)
  }
  // Taken over by a finger or a wheel: where it is counts again.
  const letGo = () => {
    goal.current = undefined
    onScroll()
  }
  const go = (by: number) => {
    const box = scroller.current
    if (!box) return
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const to = Math.min(Math.max(0, reel.index + by), items.length)
    if (to === reel.index) return
    goal.current = to
    turnTo(to)
    box.scrollTo({ top: to * box.clientHeight, behavior: isCalm ? 'instant' : 'smooth' })
  }
  useKeys({
    ArrowDown: () => go(1),
    ArrowUp: () => go(-1),
    ArrowLeft: () => controls.current?.seek(-2),
    ArrowRight: () => controls.current?.seek(2),
    j: () => go(1),
    k: () => go(-1),
    ' ': () => controls.current?.togglePause(),
    m: toggleSound,
    l: () => current && toggleLike(current),
    c: () => current && setTalking(true),
    '?': showKeys,
  })

  return (
    <div class={`reel-room ${isTalking ? 'talking' : ''}`}>
      <div class="reel" ref={scroller} onScroll={onScroll} onWheel={letGo} onTouchStart={letGo}>
        {items.map((video, at) => (
          <article class="slide" key={video.id} aria-label={text.videoOf(video.author.name)} inert={at !== index}>
            {Math.abs(at - index) <= 2 && (
              <Slide
                video={video}
                nearness={nearnessOf(at - index, readyId === current?.id)}
                onReady={() => setReadyId(video.id)}
                onComments={() => setTalking(true)}
                onControls={(given) => {
                  controls.current = given
                }}
              />
            )}
          </article>
        ))}
        {/* A new element for each page: the browser would keep the old one in view and skip what came before it. */}
        <div class="slide last" key={`end ${items.length}`} inert={index < items.length}>
          {state === 'failed' && <Failed problem={listing.problem} onRetry={() => void reel.videos.more()} />}
          {state === 'end' && end}
          {(state === 'loading' || state === 'more') &&
            (items.length === 0 ? <div class="stage skeleton" aria-hidden="true" /> : <Spinner />)}
        </div>
      </div>
      <div class="reel-arrows">
        <button
          type="button"
          class="icon-button"
          aria-label={text.previous}
          disabled={index === 0}
          onClick={() => go(-1)}
        >
          <Icon name="up" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={text.next}
          disabled={index >= items.length}
          onClick={() => go(1)}
        >
          <Icon name="down" />
        </button>
      </div>
      {isTalking && current && <CommentSheet key={current.id} video={current} onClose={() => setTalking(false)} />}
    </div>
  )
}
