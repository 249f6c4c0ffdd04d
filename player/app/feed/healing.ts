/**
 * Why a film does not play as it should.
 * - `unreachable`: the server, or the way to it, is down; loading is repeated
 * - `missing`: the server no longer has the file
 * - `unplayable`: the file has arrived, and the browser cannot decode it
 * - `noPicture`: the browser plays its sound alone
 */
export type FilmProblem = 'unreachable' | 'missing' | 'unplayable' | 'noPicture'

/** The pauses before the attempts to load a film again: two minutes in all. */
const retryDelaysMs = [1000, 2000, 4000, 8000, 16_000, 30_000, 60_000]
const diagnosisMs = 8000
/** A film that played for this long beyond the place of a failure has overcome it. */
const overcomeSeconds = 1

export interface Healing {
  /** Loads a film that has failed again, now, and counts attempts from the start. */
  retry(): void
  stop(): void
}

/**
 * Loads the film of an element again when it fails, also while it is only preloaded, and when the browser or the page
 * comes back. The place in the film is kept. `report` is told the current problem, or undefined when it is over.
 */
export function healing(element: HTMLVideoElement, report: (problem: FilmProblem | undefined) => void): Healing {
  const stopped = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempts = 0
  let failedAtSeconds = 0
  const load = () => {
    clearTimeout(timer)
    const seconds = element.currentTime
    element.load()
    // Before the metadata has arrived this sets the place at which the film begins.
    if (seconds > 0) element.currentTime = seconds
  }
  const retry = () => {
    if (!element.error) return
    attempts = 0
    load()
  }
  const onError = async () => {
    const { error } = element
    const problem = await diagnose(element.src, error)
    // Meanwhile it may have been loaded again, or removed.
    if (stopped.signal.aborted || !error || element.error !== error) return
    failedAtSeconds = element.currentTime
    // The connection may have been lost for a moment only, and be back when it is looked at.
    const delays = problem === 'unreachable' ? retryDelaysMs : problem === 'unplayable' ? [0] : []
    const delay = delays[attempts++]
    if (delay !== undefined) timer = setTimeout(load, delay)
    if (delay !== 0) report(problem)
  }
  const onPicture = () => report(element.videoWidth > 0 ? undefined : 'noPicture')
  const onProgress = () => {
    if (element.currentTime > failedAtSeconds + overcomeSeconds) attempts = 0
    // Some decoders know the size of the picture and then draw none.
    const isRunning = !element.paused && !element.seeking && element.currentTime > overcomeSeconds
    if (isRunning && element.getVideoPlaybackQuality?.().totalVideoFrames === 0) report('noPicture')
  }
  const onReturn = () => {
    const isStarved = element.networkState === element.NETWORK_LOADING && element.readyState < element.HAVE_FUTURE_DATA
    if (!document.hidden && (element.error || isStarved)) {
      attempts = 0
      load()
    }
  }
  const { signal } = stopped
  element.addEventListener('error', onError, { signal })
  element.addEventListener('loadeddata', onPicture, { signal })
  element.addEventListener('resize', onPicture, { signal })
  element.addEventListener('timeupdate', onProgress, { signal })
  addEventListener('online', onReturn, { signal })
  document.addEventListener('visibilitychange', () => !document.hidden && retry(), { signal })
  // The server put the element into the page, so it may have failed or loaded before.
  if (element.error) void onError()
  else if (element.readyState >= element.HAVE_CURRENT_DATA) onPicture()
  return {
    retry,
    stop() {
      clearTimeout(timer)
      stopped.abort()
    },
  }
}

/** The error of the element is the same for a server that is down, a file that is gone and a codec that is unknown. */
async function diagnose(url: string, error: MediaError | null): Promise<FilmProblem> {
  if (!navigator.onLine) return 'unreachable'
  const signal = AbortSignal.timeout(diagnosisMs)
  const answer = await fetch(url, { method: 'HEAD', cache: 'no-store', signal }).catch(() => undefined)
  if (!answer || answer.status === 429 || answer.status >= 500) return 'unreachable'
  if (!answer.ok) return 'missing'
  return error?.code === MediaError.MEDIA_ERR_NETWORK ? 'unreachable' : 'unplayable'
}
