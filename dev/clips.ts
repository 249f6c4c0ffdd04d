import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { music, scenes } from './scenes.ts'

const seconds = 4

/** Makes a small clip with moving pictures and a melody, unless the folder has it already. Returns its path. */
export async function makeClip(folder: string, seed: number): Promise<string> {
  const path = join(folder, `film-${seed}.mp4`)
  if (await Bun.file(path).exists()) return path
  await mkdir(folder, { recursive: true })
  const picture = scenes[seed % scenes.length]!.picture(seed, seconds)
  const unfinished = `${path}.${process.pid}.part`
  const input = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', music(seed), '-t', String(seconds)]
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '26', '-pix_fmt', 'yuv420p']
  const output = ['-c:a', 'aac', '-b:a', '64k', '-movflags', '+faststart', '-f', 'mp4', unfinished]
  const child = Bun.spawn(['ffmpeg', '-nostdin', '-v', 'error', '-y', ...input, ...video, ...output], {
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('ffmpeg could not make a clip')
  await rename(unfinished, path)
  return path
}
