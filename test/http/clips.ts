// Real videos, made by ffmpeg, each once per run.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const picture = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:d=0.4:r=5']
const h264 = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast']

/** One second each of red, green and blue. The key frames are not at the changes. */
const flag = ['red', 'lime', 'blue'].flatMap((name) => ['-f', 'lavfi', '-i', `color=${name}:s=64x48:d=1:r=10`])
const threeColours = [...flag, '-filter_complex', 'concat=n=3']
const sparse = ['-g', '7', '-sc_threshold', '0']

const recipes = {
  /** As ffmpeg and phones write it: with the index after the pictures. */
  'tiny.mp4': [...picture, ...h264],
  'larger.mp4': ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:d=2:r=20', ...h264, '-crf', '5'],
  'front.mp4': [...picture, ...h264, '-movflags', '+faststart'],
  'tiny.webm': [...picture, '-c:v', 'libvpx'],
  'colours.mp4': [...threeColours, ...h264, ...sparse],
  'colours.mov': [...threeColours, ...h264, ...sparse],
  'colours.webm': [...threeColours, '-c:v', 'libvpx', '-g', '7'],
  'picture.png': [...picture, '-frames:v', '1'],
  'picture.jpg': [...picture, '-frames:v', '1'],
  'sound.mp4': ['-f', 'lavfi', '-i', 'sine=d=0.3'],
  'sound.wav': ['-f', 'lavfi', '-i', 'sine=d=0.3'],
} satisfies Record<string, string[]>

const drawn = new Map<string, Promise<File>>()

export function clip(name: keyof typeof recipes): Promise<File> {
  const file = drawn.get(name) ?? draw(name)
  drawn.set(name, file)
  return file
}

const draw = (name: keyof typeof recipes) =>
  withFile(name, async (path) => {
    await run('ffmpeg', '-nostdin', '-v', 'error', '-y', ...recipes[name], path)
    return new File([await Bun.file(path).bytes()], name)
  })

/** The output of ffprobe about the first stream of a file. */
export function probe(bytes: ArrayBuffer): Promise<{ codec_name: string; width: number; height: number }> {
  return withFile('probed', async (path) => {
    await Bun.write(path, bytes)
    const output = await run('ffprobe', '-v', 'error', '-show_streams', '-of', 'json', path)
    return JSON.parse(output).streams[0]
  })
}

/** A hash of all decoded pictures. It does not depend on the container. */
export function filmHash(bytes: ArrayBuffer): Promise<string> {
  return withFile('film', async (path) => {
    await Bun.write(path, bytes)
    return run('ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-f', 'md5', '-c:v', 'rawvideo', '-')
  })
}

/** The strongest of red, green and blue in a picture. */
export function colourOf(bytes: ArrayBuffer): Promise<string> {
  return withFile('picture', async (path) => {
    await Bun.write(path, bytes)
    const pixel = ['-vf', 'scale=1:1:flags=area,format=rgb24', '-f', 'rawvideo', `${path}.raw`]
    await run('ffmpeg', '-nostdin', '-v', 'error', '-i', path, ...pixel)
    const levels = await Bun.file(`${path}.raw`).bytes()
    return ['red', 'green', 'blue'][levels.indexOf(Math.max(...levels))]!
  })
}

async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: 'ignore', stderr: 'pipe' })
  const [output, complaint] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.exited])
  if (child.exitCode !== 0) throw new Error(complaint)
  return output
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text()

/** Calls `work` with a path in a temporary folder, which is deleted afterwards. */
async function withFile<T>(name: string, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-clip-'))
  try {
    return await work(join(folder, name))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
