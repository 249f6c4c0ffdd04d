import { useRef } from 'preact/hooks'

const maxGapMs = 260
const maxDistancePixels = 40

interface Taps {
  onTap(): void
  onDoubleTap(x: number, y: number): void
}

/** Distinguishes a tap from a double tap, by finger or mouse. Every further quick tap counts as another double tap. */
export function useTaps({ onTap, onDoubleTap }: Taps): (event: MouseEvent) => void {
  const last = useRef({ time: Number.NEGATIVE_INFINITY, x: 0, y: 0 })
  const timer = useRef<ReturnType<typeof setTimeout>>()
  return (event) => {
    const { clientX: x, clientY: y, timeStamp: time } = event
    const { time: lastTime, x: lastX, y: lastY } = last.current
    last.current = { time, x, y }
    clearTimeout(timer.current)
    if (time - lastTime < maxGapMs && Math.hypot(x - lastX, y - lastY) < maxDistancePixels) onDoubleTap(x, y)
    else timer.current = setTimeout(onTap, maxGapMs)
  }
}
