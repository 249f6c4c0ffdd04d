import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { isSilent, sound, soundBlocked } from '../sound.ts'
import { useStore } from '../store.ts'

export interface Playback {
  isPaused: boolean
  isWaiting: boolean
  isBroken: boolean
  toggle(): void
  retry(): void
}

/** The spinner appears after this long, since it would flicker on every short stall. */
const stallMs = 350

/** Plays a video while it is the current one, with the sound setting of the viewer. */
export function usePlayback(video: RefObject<HTMLVideoElement>, isCurrent: boolean): Playback {
  const [isPaused, setPaused] = useState(false)
  const [isWaiting, setWaiting] = useState(false)
  const [isBroken, setBroken] = useState(false)
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
    const fail = () => setBroken(true)
    const onVisibilityChange = () => (document.hidden ? element.pause() : !isPaused && void start(element))
    element.addEventListener('waiting', stall)
    element.addEventListener('playing', endStall)
    element.addEventListener('error', fail)
    document.addEventListener('visibilitychange', onVisibilityChange)
    if (isPaused) element.pause()
    else void start(element)
    return () => {
      endStall()
      element.removeEventListener('waiting', stall)
      element.removeEventListener('playing', endStall)
      element.removeEventListener('error', fail)
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
    soundBlocked.set(true)
    element.muted = true
    await element.play().catch(() => {})
  }
}
