import { useRef } from 'preact/hooks'

const doubleMs = 260
const doublePixels = 40

interface Taps {
  onTap(): void
  onDoubleTap(x: number, y: number): void
}

/** Tells a tap from a double tap, by finger or mouse; each further tap of a quick row is a double one again. */
export function useTaps({ onTap, onDoubleTap }: Taps): (event: MouseEvent) => void {
  const last = useRef({ time: Number.NEGATIVE_INFINITY, x: 0, y: 0 })
  const timer = useRef<ReturnType<typeof setTimeout>>()
  return (event) => {
    const { clientX: x, clientY: y, timeStamp: time } = event
    const { time: lastTime, x: lastX, y: lastY } = last.current
    last.current = { time, x, y }
    clearTimeout(timer.current)
    if (time - lastTime < doubleMs && Math.hypot(x - lastX, y - lastY) < doublePixels) onDoubleTap(x, y)
    else timer.current = setTimeout(onTap, doubleMs)
  }
}
