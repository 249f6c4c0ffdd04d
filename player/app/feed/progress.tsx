import type { JSX, RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { words } from '../language.ts'
import { useStore } from '../store.ts'

const steps = 1000

/** The seek bar. It updates the DOM without Preact, since it does so sixty times a second. */
export function Progress({ video }: { video: RefObject<HTMLVideoElement> }): JSX.Element {
  const text = useStore(words)
  const bar = useRef<HTMLInputElement>(null)
  const isDragging = useRef(false)

  useEffect(() => {
    let frame = 0
    let announcedSecond = -1
    const draw = () => {
      frame = requestAnimationFrame(draw)
      const element = video.current
      if (!element || !bar.current || !element.duration || isDragging.current) return
      const share = element.currentTime / element.duration
      bar.current.value = String(share * steps)
      bar.current.style.setProperty('--share', String(share))
      const second = Math.floor(element.currentTime)
      if (second === announcedSecond) return
      announcedSecond = second
      bar.current.setAttribute('aria-valuetext', `${clock(second)} / ${clock(element.duration)}`)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [])

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
      aria-label={text.seek}
      onPointerDown={setDragging(true)}
      onPointerUp={setDragging(false)}
      onPointerCancel={setDragging(false)}
      onInput={(event) => {
        const share = Number(event.currentTarget.value) / steps
        event.currentTarget.style.setProperty('--share', String(share))
        if (video.current?.duration) video.current.currentTime = share * video.current.duration
      }}
    />
  )
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
