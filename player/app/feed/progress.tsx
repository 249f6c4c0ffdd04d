import type { JSX, RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { words } from '../language.ts'
import { useStore } from '../store.ts'

const steps = 1000

/** Where the video is, to be seen and dragged; drawn without Preact, sixty times a second. */
export function Progress({ video }: { video: RefObject<HTMLVideoElement> }): JSX.Element {
  const text = useStore(words)
  const bar = useRef<HTMLInputElement>(null)
  const isHeld = useRef(false)

  useEffect(() => {
    let frame = 0
    let spoken = -1
    const draw = () => {
      frame = requestAnimationFrame(draw)
      const element = video.current
      if (!element || !bar.current || !element.duration || isHeld.current) return
      const share = element.currentTime / element.duration
      bar.current.value = String(share * steps)
      bar.current.style.setProperty('--share', String(share))
      const second = Math.floor(element.currentTime)
      if (second === spoken) return
      spoken = second
      bar.current.setAttribute('aria-valuetext', `${clock(second)} / ${clock(element.duration)}`)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [])

  const hold = (held: boolean) => () => {
    isHeld.current = held
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
      onPointerDown={hold(true)}
      onPointerUp={hold(false)}
      onPointerCancel={hold(false)}
      onInput={(event) => {
        const share = Number(event.currentTarget.value) / steps
        event.currentTarget.style.setProperty('--share', String(share))
        if (video.current?.duration) video.current.currentTime = share * video.current.duration
      }}
    />
  )
}

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
