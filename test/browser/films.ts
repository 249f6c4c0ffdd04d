// Checks that the film in a page plays: that its picture changes, and that it has sound.
import type { Page } from 'playwright-core'
import { waitMs } from './visit.ts'

/** The slide on the screen. */
export const shown = 'article.slide:not([inert])'

/** Rejects if the work in the page takes longer than `waitMs`. */
function within<Result>(work: Promise<Result>, what: string): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what}: not within ${waitMs} ms`)), waitMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Waits until the film on the screen plays; returns the time between two frames and their mean difference, 0..255. */
export function watchFilm(page: Page): Promise<{ seconds: number; difference: number }> {
  const watching = page.evaluate(async (slide) => {
    const film = await new Promise<HTMLVideoElement>((resolve) => {
      const look = () => {
        const candidate = document.querySelector<HTMLVideoElement>(`${slide} video`)
        if (candidate && !candidate.paused && candidate.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)
          resolve(candidate)
        else requestAnimationFrame(look)
      }
      look()
    })
    const side = 32
    const canvas = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!
    const frame = () =>
      new Promise<{ time: number; pixels: Uint8ClampedArray }>((resolve) =>
        film.requestVideoFrameCallback((_, { mediaTime }) => {
          canvas.drawImage(film, 0, 0, side, side)
          resolve({ time: mediaTime, pixels: canvas.getImageData(0, 0, side, side).data })
        }),
      )
    const first = await frame()
    let last = await frame()
    // The film loops, so the later frame may have the smaller time.
    while (Math.abs(last.time - first.time) < 0.5) last = await frame()
    const difference = last.pixels.reduce((sum, value, i) => sum + Math.abs(value - first.pixels[i]!), 0)
    return { seconds: Math.abs(last.time - first.time), difference: difference / last.pixels.length }
  }, shown)
  return within(watching, 'a film that runs')
}

/** Waits for sound of the film on the screen: decoded, not muted, and not silent. */
export function listenToFilm(page: Page): Promise<{ isMuted: boolean; decodedBytes: number; peak: number }> {
  const listening = page.evaluate(async (slide) => {
    const film = document.querySelector(`${slide} video`) as HTMLVideoElement & {
      captureStream(): MediaStream
      webkitAudioDecodedByteCount: number
    }
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    context.createMediaStreamSource(film.captureStream()).connect(analyser)
    const wave = new Float32Array(analyser.fftSize)
    const peak = await new Promise<number>((resolve) => {
      const listen = () => {
        analyser.getFloatTimeDomainData(wave)
        const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        if (loudest > 0.01 && film.webkitAudioDecodedByteCount > 0 && !film.muted) resolve(loudest)
        else requestAnimationFrame(listen)
      }
      listen()
    })
    await context.close()
    return { isMuted: film.muted, decodedBytes: film.webkitAudioDecodedByteCount, peak }
  }, shown)
  return within(listening, 'sound')
}
