import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { CommentSheet } from '../comments/sheet.tsx'
import { toggleLike } from '../engagement.ts'
import { showKeys } from '../help.tsx'
import { Icon } from '../icons.tsx'
import { words } from '../language.ts'
import { toggleSound } from '../sound.ts'
import { Failed, Spinner } from '../states.tsx'
import { useStore } from '../store.ts'
import type { Video } from '../types.ts'
import { useKeys } from './keys.ts'
import type { Reel } from './reels.ts'
import { type Nearness, Slide, type SlideControls } from './slide.tsx'

/** The next video loads only after the first frame of the current one: on a slow line they would compete. */
const nearnessOf = (distance: number, isReady: boolean): Nearness =>
  distance === 0 ? 'current' : distance === 1 && isReady ? 'next' : distance === -1 ? 'near' : 'far'

/** The next page is requested when fewer videos than this are left. */
const prefetchDistance = 5

interface ReelProps {
  reel: Reel
  /** Shown after the last video, or alone when the list is empty. */
  end: ComponentChildren
  onShown?(video: Video): void
}

/** A vertical scroller that shows one video at a time. */
export function ReelView({ reel, end, onShown }: ReelProps): JSX.Element {
  const text = useStore(words)
  const listing = useStore(reel.videos)
  const { items, state } = listing
  const [index, setIndex] = useState(reel.index)
  const [readyId, setReadyId] = useState(0)
  const [isCommentsOpen, setCommentsOpen] = useState(false)
  const scroller = useRef<HTMLDivElement>(null)
  const controls = useRef<SlideControls>()
  // The target of a scroll by key or button. Its video plays at once, while the scroll animation still runs.
  const scrollTarget = useRef<number>()
  const current = items[index]

  useEffect(() => {
    if (state === 'more' && index >= items.length - prefetchDistance) void reel.videos.more()
  }, [index, items.length, state])

  useEffect(() => {
    if (current) onShown?.(current)
  }, [current?.id])

  useLayoutEffect(() => {
    const box = scroller.current
    if (!box) return
    const restorePosition = () => {
      scrollTarget.current = undefined
      box.scrollTo({ top: reel.index * box.clientHeight, behavior: 'instant' })
    }
    // At the top there is no position to restore, and reading clientHeight would force a second layout.
    if (reel.index > 0) restorePosition()
    const watcher = new ResizeObserver(restorePosition)
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [])

  const onScroll = () => {
    const box = scroller.current
    if (!box?.clientHeight) return
    const position = box.scrollTop / box.clientHeight
    if (Math.abs(position - (scrollTarget.current ?? position)) < 0.01) scrollTarget.current = undefined
    showIndex(scrollTarget.current ?? Math.max(0, Math.round(position)))
  }
  const showIndex = (newIndex: number) => {
    reel.index = newIndex
    setIndex(newIndex)
  }
  // A finger or wheel interrupts the animation: from then on the scroll position decides which video plays.
  const cancelScroll = () => {
    scrollTarget.current = undefined
    onScroll()
  }
  const go = (by: number) => {
    const box = scroller.current
    if (!box) return
    const isReducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches
    const to = Math.min(Math.max(0, reel.index + by), items.length)
    if (to === reel.index) return
    scrollTarget.current = to
    showIndex(to)
    box.scrollTo({ top: to * box.clientHeight, behavior: isReducedMotion ? 'instant' : 'smooth' })
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
    c: () => current && setCommentsOpen(true),
    '?': showKeys,
  })

  return (
    <div class={`reel-room ${isCommentsOpen ? 'talking' : ''}`}>
      <div class="reel" ref={scroller} onScroll={onScroll} onWheel={cancelScroll} onTouchStart={cancelScroll}>
        {items.map((video, i) => (
          <article class="slide" key={video.id} aria-label={text.videoOf(video.author.name)} inert={i !== index}>
            {Math.abs(i - index) <= 2 && (
              <Slide
                video={video}
                nearness={nearnessOf(i - index, readyId === current?.id)}
                onReady={() => setReadyId(video.id)}
                onNext={() => go(1)}
                onComments={() => setCommentsOpen(true)}
                onControls={(slideControls) => {
                  controls.current = slideControls
                }}
              />
            )}
          </article>
        ))}
        {/* A new key for each page: the browser would keep the old element in view and skip videos added before it. */}
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
      {isCommentsOpen && current && (
        <CommentSheet key={current.id} video={current} onClose={() => setCommentsOpen(false)} />
      )}
    </div>
  )
}
