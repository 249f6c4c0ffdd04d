import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { isSilent, sound, soundWaits } from '../sound.ts'
import { useStore } from '../store.ts'

export interface Playback {
  isPaused: boolean
  isWaiting: boolean
  isBroken: boolean
  toggle(): void
  retry(): void
}

/** A spinner for every short stall would flicker. */
const stallMs = 350

/** Plays the video of a ref while it is the current one, with the sound that the viewer wants. */
export function usePlayback(video: RefObject<HTMLVideoElement>, isCurrent: boolean): Playback {
  const [isPaused, setPaused] = useState(false)
  const [isWaiting, setWaiting] = useState(false)
  const [isBroken, setBroken] = useState(false)
  const wish = useStore(sound)
  const waits = useStore(soundWaits)

  useLayoutEffect(() => {
    if (video.current) video.current.muted = isSilent()
  }, [wish, waits])

  // Not after the next painting, as other effects: it would begin a frame later.
  useLayoutEffect(() => {
    const element = video.current
    if (!element || !isCurrent) return
    element.muted = isSilent()
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = () => {
      clearTimeout(timer)
      setWaiting(false)
    }
    const stall = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setWaiting(true), stallMs)
    }
    const fail = () => setBroken(true)
    const visibility = () => (document.hidden ? element.pause() : !isPaused && void start(element))
    element.addEventListener('waiting', stall)
    element.addEventListener('playing', settle)
    element.addEventListener('error', fail)
    document.addEventListener('visibilitychange', visibility)
    if (isPaused) element.pause()
    else void start(element)
    return () => {
      settle()
      element.removeEventListener('waiting', stall)
      element.removeEventListener('playing', settle)
      element.removeEventListener('error', fail)
      document.removeEventListener('visibilitychange', visibility)
      element.pause()
    }
  }, [isCurrent, isPaused])

  useEffect(() => {
    // The next time it is current it starts over, playing.
    if (isCurrent) return
    setPaused(false)
    if (video.current) video.current.currentTime = 0
  }, [isCurrent])

  return {
    isPaused,
    isWaiting,
    isBroken,
    toggle: () => setPaused((now) => !now),
    retry() {
      setBroken(false)
      video.current?.load()
      if (video.current) void start(video.current)
    },
  }
}

async function start(element: HTMLVideoElement): Promise<void> {
  try {
    await element.play()
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || element.muted) return
    soundWaits.set(true)
    element.muted = true
    await element.play().catch(() => {})
  }
}
