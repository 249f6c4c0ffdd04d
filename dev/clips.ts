import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

const seconds = 4
const size = '270x480'

/** The picture of one clip; each number looks different, and the same number always the same. */
const pictures = [
  (seed: number) => `gradients=s=${size}:r=20:d=${seconds}:seed=${seed}:speed=0.03:nb_colors=4`,
  (seed: number) =>
    `life=s=90x160:r=12:mold=10:ratio=0.2:seed=${seed}:death_color=#204060:life_color=${colour(seed)}:mold_color=#802040,scale=270:480:flags=neighbor`,
  (seed: number) => `gradients=s=${size}:r=20:d=${seconds}:seed=${seed}:speed=0.06:type=radial:nb_colors=3`,
  (seed: number) =>
    `mandelbrot=s=135x240:r=12:start_scale=${(0.3 + (seed % 7) / 10).toFixed(1)}:end_scale=0.02:end_pts=120:maxiter=200,scale=270:480`,
]

/** Makes a small clip with moving pictures and a tone, unless the folder has it already; gives its path. */
export async function makeClip(folder: string, seed: number): Promise<string> {
  const path = join(folder, `clip-${seed}.mp4`)
  if (await Bun.file(path).exists()) return path
  await mkdir(folder, { recursive: true })
  const picture = pictures[seed % pictures.length]!(seed)
  const tone = `sine=frequency=${220 + 55 * (seed % 12)}:duration=${seconds}`
  const unfinished = `${path}.part`
  const input = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', tone, '-t', String(seconds)]
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '28', '-pix_fmt', 'yuv420p']
  const output = ['-c:a', 'aac', '-b:a', '48k', '-movflags', '+faststart', '-f', 'mp4', unfinished]
  const child = Bun.spawn(['ffmpeg', '-nostdin', '-v', 'error', '-y', ...input, ...video, ...output], {
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('ffmpeg could not make a clip')
  await rename(unfinished, path)
  return path
}

const colour = (seed: number) => ['#ffcc33', '#66ddff', '#ff7799', '#aaff66'][seed % 4]
