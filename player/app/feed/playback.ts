import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { isSilent, sound, soundBlocked } from '../sound.ts'
import { useStore } from '../store.ts'

export interface Playback {
  isPaused: boolean
  isWaiting: boolean
  toggle(): void
}

/** The spinner appears after this long, since it would flicker on every short stall. */
const stallMs = 350

/** Plays a video while it is the current one, with the sound setting of the viewer. */
export function usePlayback(video: RefObject<HTMLVideoElement>, isCurrent: boolean): Playback {
  const [isPaused, setPaused] = useState(false)
  const [isWaiting, setWaiting] = useState(false)
  const soundSetting = useStore(sound)
  const isBlocked = useStore(soundBlocked)

  useLayoutEffect(() => {
    if (video.current) video.current.muted = isSilent()
  }, [soundSetting, isBlocked])

  // useEffect runs after the next paint, so playback would start a frame later.
  useLayoutEffect(() => {
    const element = video.current
    if (!element || !isCurrent) return
    element.muted = isSilent()
    let timer: ReturnType<typeof setTimeout> | undefined
    const endStall = () => {
      clearTimeout(timer)
      setWaiting(false)
    }
    const stall = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setWaiting(true), stallMs)
    }
    // Loading a film again pauses it.
    const resume = () => !isPaused && !document.hidden && void start(element)
    const onVisibilityChange = () => (document.hidden ? element.pause() : resume())
    element.addEventListener('waiting', stall)
    element.addEventListener('playing', endStall)
    element.addEventListener('error', endStall)
    element.addEventListener('loadstart', resume)
    document.addEventListener('visibilitychange', onVisibilityChange)
    if (isPaused) element.pause()
    else void start(element)
    return () => {
      endStall()
      element.removeEventListener('waiting', stall)
      element.removeEventListener('playing', endStall)
      element.removeEventListener('error', endStall)
      element.removeEventListener('loadstart', resume)
      document.removeEventListener('visibilitychange', onVisibilityChange)
      element.pause()
    }
  }, [isCurrent, isPaused])

  useEffect(() => {
    // The next time it becomes current it plays from the start.
    if (isCurrent) return
    setPaused(false)
    if (video.current) video.current.currentTime = 0
  }, [isCurrent])

  return {
    isPaused,
    isWaiting,
    toggle: () => setPaused((now) => !now),
  }
}

async function start(element: HTMLVideoElement): Promise<void> {
  try {
    await element.play()
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || element.muted) return
    soundBlocked.set(true)
    element.muted = true
    await element.play().catch(() => {})
  }
}
