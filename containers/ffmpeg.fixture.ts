// The ffmpeg and ffprobe of the images on this machine, which is possible because they are static.
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { copyOut } from './docker.ts'
import { imageOf } from './images.ts'

export interface Programs {
  folder: string
  ffmpeg: string
  ffprobe: string
  /** Runs the image's ffmpeg in `folder`. Its output may have 256 MiB. Returns its peak of resident bytes. */
  convert(...argv: string[]): Promise<number>
  /** The output of the image's ffprobe for a file in `folder`. */
  probe(name: string): Promise<Probed>
  remove(): Promise<void>
}

export interface Probed {
  streams: Record<string, unknown>[]
  format: Record<string, unknown>
}

export async function copyPrograms(): Promise<Programs> {
  const folder = await makeFolder()
  const ffmpeg = join(folder, 'ffmpeg')
  const ffprobe = join(folder, 'ffprobe')
  // ffprobe is a link to ffmpeg, which the copy is too.
  for (const path of [ffmpeg, ffprobe])
    await copyOut(imageOf('web-srv'), join('/usr/bin', path.slice(folder.length)), path)

  async function run(command: string[]) {
    const env = { RLIMIT_FSIZE: String(256 << 20) }
    const child = Bun.spawn(command, { cwd: folder, env, stdout: 'pipe', stderr: 'pipe' })
    const [output, errorText] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
    if (child.exitCode !== 0) throw new Error(errorText)
    return { output, residentBytes: child.resourceUsage()!.maxRSS }
  }

  return {
    folder,
    ffmpeg,
    ffprobe,
    async convert(...argv) {
      const command = [ffmpeg, '-nostdin', '-v', 'error', '-y', '-threads', '1', ...argv]
      return (await run(command)).residentBytes
    },
    async probe(name) {
      const show = ['-v', 'error', '-of', 'json', '-show_streams', '-show_format']
      return JSON.parse((await run([ffprobe, ...show, name])).output) as Probed
    },
    remove: () => removeFolder(folder),
  }
}
