import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clip, ffmpeg, makeFolder, removeFolder } from '../../../web-srv/src/media/clips.fixture.ts'
import { readMovie } from './movie.ts'

let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

test('the index of MP4 and MOV gives size, length and frame rate, wherever it stands', async () => {
  const expected = { width: 160, height: 120, seconds: 1, fps: 10 }
  for (const name of ['plain.mp4', 'front.mp4', 'quick.mov'] as const)
    expect(await readMovie(Bun.file(await clip(folder, name)))).toEqual(expected)
  expect((await readMovie(Bun.file(await clip(folder, 'fast.mp4'))))?.fps).toBeCloseTo(240, 0)
})

test('the largest picture track counts', async () => {
  const tracks = ['testsrc2=s=64x48:d=1:r=10', 'testsrc2=s=320x240:d=1:r=20'].flatMap((one) => [
    '-f',
    'lavfi',
    '-i',
    one,
  ])
  await ffmpeg(folder, ...tracks, '-map', '0', '-map', '1', '-pix_fmt', 'yuv420p', 'two.mp4')
  expect(await readMovie(Bun.file(`${folder}/two.mp4`))).toEqual({ width: 320, height: 240, seconds: 1, fps: 20 })
})

test('a file without such an index gives nothing', async () => {
  for (const name of ['fragments.mp4', 'vp8.webm', 'matroska.mkv', 'sound.mp4', 'picture.png'] as const)
    expect(await readMovie(Bun.file(await clip(folder, name)))).toBeUndefined()
  expect(await readMovie(new Blob([]))).toBeUndefined()
  expect(await readMovie(new Blob(['not a film']))).toBeUndefined()
})

test('a damaged file gives numbers or nothing, and never throws', async () => {
  const bytes = await Bun.file(await clip(folder, 'front.mp4')).bytes()
  const indexBytes = 2000
  const cuts = Array.from({ length: indexBytes }, (_, i) => bytes.slice(0, i))
  const flips = [0, 1, 127, 255].flatMap((value) =>
    Array.from({ length: indexBytes }, (_, i) => bytes.slice(0, 4000).with(i, value)),
  )
  const read = await Promise.all([...cuts, ...flips].map((one) => readMovie(new Blob([one]))))
  expect(read.every((movie) => !movie || (movie.seconds > 0 && Number.isFinite(movie.fps)))).toBe(true)
})
