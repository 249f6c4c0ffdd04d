// Real videos for the tests. ffmpeg draws them into the folder of the test file.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const makeFolder = () => mkdtemp(join(tmpdir(), 'media-test-'))
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true })
export const temporaryFiles = (folder: string) => readdir(join(folder, 'tmp'))

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text()

/** Runs ffmpeg in `folder`; returns its standard output. */
export async function ffmpeg(folder: string, ...argv: string[]) {
  const child = Bun.spawn(['ffmpeg', '-nostdin', '-v', 'error', '-y', ...argv], { cwd: folder, stderr: 'pipe' })
  const [output, errorText] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.exited])
  if (child.exitCode !== 0) throw new Error(errorText)
  return output
}

const picture = ['-f', 'lavfi', '-i', 'testsrc=s=160x120:d=1:r=10']
const sound = ['-f', 'lavfi', '-i', 'sine=d=1']
const h264 = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast']
/** Ten frames per second for five seconds, each a little brighter than the one before: 20, 24, 28 … */
const ladder = ['-f', 'lavfi', '-i', "color=black:s=64x48:r=10:d=5,geq=lum='20+4*N':cb=128:cr=128"]
const sparse = ['-g', '25', '-sc_threshold', '0', '-bf', '3', '-crf', '5']
const black = ['-f', 'lavfi', '-i', 'color=black:s=160x120:d=1:r=10']

const recipes = {
  'plain.mp4': [...picture, ...sound, ...h264],
  'silent.mp4': [...picture, ...h264],
  'quick.mov': [...picture, ...h264],
  'vp8.webm': [...picture, '-c:v', 'libvpx'],
  'vp9.webm': [...picture, '-c:v', 'libvpx-vp9', '-cpu-used', '8', '-deadline', 'realtime'],
  'front.mp4': [...picture, ...h264, '-movflags', '+faststart'],
  'fragments.mp4': [...picture, ...h264, '-movflags', '+frag_keyframe+empty_moov'],
  'matroska.mkv': [...picture, ...h264],
  'old.avi': [...picture, '-c:v', 'mpeg4'],
  'sound.mp4': sound,
  'picture.png': [...picture, '-frames:v', '1'],
  'dark.mp4': [...black, ...picture, '-filter_complex', 'concat', ...h264],
  'ladder.mp4': [...ladder, '-f', 'lavfi', '-i', 'sine=d=5.5', ...h264, ...sparse],
  'ladder.mov': [...ladder, ...h264, ...sparse],
  'ladder.webm': [...ladder, '-c:v', 'libvpx', '-g', '25', '-crf', '4', '-b:v', '2M'],
  'black.mp4': [...black, ...h264],
  'huge.mp4': ['-f', 'lavfi', '-i', 'color=s=8192x8192:d=0.1:r=10', ...h264],
  'fast.mp4': ['-f', 'lavfi', '-i', 'color=s=32x32:d=0.2:r=240', ...h264],
  'tracks.mp4': [...picture, ...h264, ...Array.from({ length: 9 }, () => ['-map', '0:v']).flat()],
} satisfies Record<string, string[]>

/** Draws the clip into `folder`; returns its path. */
export async function clip(folder: string, name: keyof typeof recipes) {
  await ffmpeg(folder, ...recipes[name], name)
  return join(folder, name)
}

/** The clip `plain.mp4`, marked as filmed with the phone upright. */
export async function uprightClip(folder: string) {
  await ffmpeg(
    folder,
    '-i',
    await clip(folder, 'plain.mp4'),
    '-c',
    'copy',
    '-metadata:s:v:0',
    'rotate=90',
    'upright.mp4',
  )
  return join(folder, 'upright.mp4')
}

/** An MP4 whose index of a MiB keeps our parser busy for 20 s: each of 65,536 tables claims the rest of the index. */
export function busyMovie(): Uint8Array<ArrayBuffer> {
  const table = Buffer.from('stts\0\0\0\0\xff\xff\xff\xff\0\0\0\0', 'latin1')
  return movieOf(Buffer.alloc(1024 * 1024, table))
}

/** An MP4 with the beginning of four million tracks, for which a parser needs hundreds of MiB. */
export function swollenMovie(): Uint8Array<ArrayBuffer> {
  return movieOf(Buffer.alloc(31 * 1024 * 1024, Buffer.from('\0\0\0\x08trak', 'latin1')))
}

function movieOf(index: Uint8Array) {
  const box = (type: string, body: Uint8Array) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + body.length)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, body])
  }
  const brands = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2', 'latin1'))
  return new Uint8Array(Buffer.concat([brands, box('moov', index), box('moof', new Uint8Array(0))]))
}

/** Width and height in pixels. */
export async function sidesOf(path: string) {
  const show = ['-show_entries', 'stream=width,height', '-of', 'csv=p=0']
  return (await textOf(Bun.spawn(['ffprobe', '-v', 'error', ...show, path]).stdout)).trim().split(',').map(Number)
}

/** The mean brightness of a picture, 0..255. */
export async function brightnessOf(folder: string, path: string) {
  await ffmpeg(folder, '-i', path, '-vf', 'scale=1:1:flags=area,format=gray', '-f', 'rawvideo', 'brightness.raw')
  return (await Bun.file(join(folder, 'brightness.raw')).bytes())[0] ?? 0
}

/** The error that `run` rejects with. Throws if `run` succeeds. */
export async function refusal(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    (value) => {
      throw new Error(`not refused: ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}
