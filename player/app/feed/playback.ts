import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { isSilent, sound, soundBlocked } from '../sound.ts'
import { useStore } from '../store.ts'

export interface Playback {
  isPaused: boolean
  /** The browser plays no video without a tap, not even a silent one. The video is paused. */
  isRefused: boolean
  isWaiting: boolean
  toggle(): void
}

/** The spinner appears after this long, since it would flicker on every short stall. */
const stallMs = 350

/** Plays a video while it is the current one, with the sound setting of the viewer. */
export function usePlayback(video: RefObject<HTMLVideoElement>, isCurrent: boolean): Playback {
  const [isPaused, setPaused] = useState(false)
  const [isRefused, setRefused] = useState(false)
  const [isWaiting, setWaiting] = useState(false)
  const soundSetting = useStore(sound)
  const isBlocked = useStore(soundBlocked)
  const play = async (element: HTMLVideoElement) => {
    if ((await start(element)) !== 'refused') return
    setPaused(true)
    setRefused(true)
  }

  useLayoutEffect(() => {
    const element = video.current
    if (!element) return
    const wasPlaying = !element.paused
    element.muted = isSilent()
    // iOS pauses a video that is unmuted without a tap.
    if (wasPlaying && element.paused) void play(element)
  }, [soundSetting, isBlocked])

  // useEffect runs after the next paint, so playback would start a frame later.
  useLayoutEffect(() => {
    const element = video.current
    if (!element || !isCurrent) return
    element.muted = isSilent()
    const stopped = new AbortController()
    const { signal } = stopped
    let timer: ReturnType<typeof setTimeout> | undefined
    const endStall = () => {
      clearTimeout(timer)
      setWaiting(false)
    }
    const stall = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setWaiting(true), stallMs)
    }
    const resume = () => !isPaused && !document.hidden && void play(element)
    // Media keys, headphones that are unplugged, a phone call. A failure and a hidden page pause it too.
    const onPause = () => element.paused && !element.error && !document.hidden && setPaused(true)
    element.addEventListener('waiting', stall, { signal })
    for (const kind of ['playing', 'error']) element.addEventListener(kind, endStall, { signal })
    element.addEventListener('pause', onPause, { signal })
    // Loading a film again pauses it.
    element.addEventListener('loadstart', resume, { signal })
    document.addEventListener('visibilitychange', () => (document.hidden ? element.pause() : resume()), { signal })
    if (isPaused) element.pause()
    else void play(element)
    return () => {
      endStall()
      stopped.abort()
      element.pause()
    }
  }, [isCurrent, isPaused])

  useEffect(() => {
    // The next time it becomes current it plays from the start.
    if (isCurrent) return
    setPaused(false)
    setRefused(false)
    if (video.current) video.current.currentTime = 0
  }, [isCurrent])

  return {
    isPaused,
    isRefused,
    isWaiting,
    toggle() {
      setRefused(false)
      setPaused((now) => !now)
    },
  }
}

/** Plays with the sound setting, or muted where the browser blocks sound. Returns `refused` where it blocks this too. */
async function start(element: HTMLVideoElement): Promise<'started' | 'refused' | 'failed'> {
  const attempt = () =>
    element.play().then(
      () => 'started' as const,
      (error) => (error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'failed'),
    )
  const result = await attempt()
  if (result !== 'refused' || element.muted) return result
  soundBlocked.set(true)
  element.muted = true
  return attempt()
}
