/** Pictures of a film in a row, as a filmstrip. */
const pictures = 8

/** Paints moments of the film, evenly apart, onto the canvas; stops when aborted, or where the film cannot be played. */
export async function drawStrip(url: string, canvas: HTMLCanvasElement, signal: AbortSignal): Promise<void> {
  const context = canvas.getContext('2d')
  const film = Object.assign(document.createElement('video'), { muted: true, preload: 'auto', src: url })
  const next = (event: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    film.addEventListener(event, resolve, { once: true })
    film.addEventListener('error', reject, { once: true })
    signal.addEventListener('abort', reject, { once: true })
    return promise
  }
  try {
    await next('loadeddata')
    const width = canvas.width / pictures
    const scale = Math.max(width / film.videoWidth, canvas.height / film.videoHeight)
    const [cutWidth, cutHeight] = [width / scale, canvas.height / scale]
    const cut = [(film.videoWidth - cutWidth) / 2, (film.videoHeight - cutHeight) / 2, cutWidth, cutHeight] as const
    // One decoder, so one after the other.
    for (let i = 0; i < pictures; i++) {
      film.currentTime = ((i + 0.5) / pictures) * film.duration
      await next('seeked')
      context?.drawImage(film, ...cut, i * width, 0, width, canvas.height)
    }
  } catch {
    // An empty strip: the slider over it works all the same.
  } finally {
    unload(film)
  }
}

/** Removing an element does not stop its download. */
export function unload(film: HTMLVideoElement | null): void {
  film?.removeAttribute('src')
  film?.load()
}
