/** The number of frames in the filmstrip. */
const frames = 8

/** Draws evenly spaced frames of a video onto the canvas. It stops when aborted, or when the video cannot be played. */
export async function drawStrip(url: string, canvas: HTMLCanvasElement, signal: AbortSignal): Promise<void> {
  const context = canvas.getContext('2d')
  const film = Object.assign(document.createElement('video'), { muted: true, preload: 'auto', src: url })
  const nextEvent = (event: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    film.addEventListener(event, resolve, { once: true })
    film.addEventListener('error', reject, { once: true })
    signal.addEventListener('abort', reject, { once: true })
    return promise
  }
  try {
    await nextEvent('loadeddata')
    const width = canvas.width / frames
    const scale = Math.max(width / film.videoWidth, canvas.height / film.videoHeight)
    const [cutWidth, cutHeight] = [width / scale, canvas.height / scale]
    const cut = [(film.videoWidth - cutWidth) / 2, (film.videoHeight - cutHeight) / 2, cutWidth, cutHeight] as const
    // Sequential: one video element seeks to one position at a time.
    for (let i = 0; i < frames; i++) {
      film.currentTime = ((i + 0.5) / frames) * film.duration
      await nextEvent('seeked')
      context?.drawImage(film, ...cut, i * width, 0, width, canvas.height)
    }
  } catch {
    // The strip stays empty. The slider over it still works.
  } finally {
    unload(film)
  }
}

/** Removing an element does not stop its download. */
export function unload(film: HTMLVideoElement | null): void {
  film?.removeAttribute('src')
  film?.load()
}
