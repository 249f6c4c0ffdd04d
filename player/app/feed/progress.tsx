import type { JSX, RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { words } from '../language.ts'
import { useStore } from '../store.ts'

const steps = 1000

/** The seek bar. It updates the DOM without Preact, sixty times a second while the film runs and not at all while it
 * is paused. */
export function Progress({ video }: { video: RefObject<HTMLVideoElement> }): JSX.Element {
  const text = useStore(words)
  const bar = useRef<HTMLInputElement>(null)
  const isDragging = useRef(false)
  // The recordings of browsers tell their length at their end only. Until then there is no place to go to.
  const [isEndless, setEndless] = useState(false)

  useEffect(() => {
    const element = video.current
    if (!element) return
    let frame = 0
    let shownShare = -1
    let announced = ''
    const draw = () => {
      const { currentTime, duration } = element
      setEndless(duration === Number.POSITIVE_INFINITY)
      // It is not a number before the metadata has arrived.
      if (!bar.current || isDragging.current || !(duration > 0)) return
      const isKnown = Number.isFinite(duration)
      const share = isKnown ? currentTime / duration : 0
      if (share !== shownShare) {
        shownShare = share
        bar.current.value = String(share * steps)
        bar.current.style.setProperty('--share', String(share))
      }
      const position = isKnown ? `${clock(currentTime)} / ${clock(duration)}` : text.lengthUnknown(clock(currentTime))
      if (position !== announced) bar.current.setAttribute('aria-valuetext', position)
      announced = position
    }
    const run = () => {
      cancelAnimationFrame(frame)
      draw()
      if (!element.paused) frame = requestAnimationFrame(run)
    }
    const events = ['play', 'pause', 'seeked', 'durationchange', 'emptied']
    for (const event of events) element.addEventListener(event, run)
    run()
    return () => {
      cancelAnimationFrame(frame)
      for (const event of events) element.removeEventListener(event, run)
    }
  }, [text])

  const setDragging = (isDown: boolean) => () => {
    isDragging.current = isDown
  }
  return (
    <input
      ref={bar}
      class="progress"
      type="range"
      min={0}
      max={steps}
      step="any"
      disabled={isEndless}
      aria-label={text.seek}
      onPointerDown={setDragging(true)}
      onPointerUp={setDragging(false)}
      onPointerCancel={setDragging(false)}
      onInput={(event) => {
        const share = Number(event.currentTarget.value) / steps
        event.currentTarget.style.setProperty('--share', String(share))
        const element = video.current
        if (element && Number.isFinite(element.duration)) element.currentTime = share * element.duration
      }}
    />
  )
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
