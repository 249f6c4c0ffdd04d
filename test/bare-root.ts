import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './ending.ts'

/** Nobody's, as in the images. */
const uid = 65_532

/** A root folder as small as that of an image, and a note of every file that is asked for in it. */
export interface BareRoot {
  /** Runs an executable there: all is read-only but /media, the working directory is empty, and there are no rights. */
  command(name: string, mediaDir: string, ...words: string[]): string[]
  /** The same database as seen from in there. */
  databaseUrl(url: string): string
  /** The files that were asked for and are not there. */
  missed(): Promise<string[]>
}

/** Mounts take root. */
export const canMakeRoots = process.getuid?.() === 0 && Boolean(Bun.which('strace') && Bun.which('unshare'))

/**
 * With the executables, the C library that they name, what an engine mounts, and not one file more. A database that has
 * no port but a socket is reached through it.
 */
export async function bareRoot(executables: string, socketPath: string): Promise<BareRoot> {
  const [root, traces] = [await folder('root'), await folder('traces')]
  await Promise.all(['bin', 'empty', 'media', 'proc', 'dev'].map((name) => mkdir(join(root, name))))
  await Bun.write(join(root, socket), '')
  await Bun.$`cp ${names.map((name) => join(executables, name))} ${root}/bin && chmod 755 ${root}`
  const libraries = (await Bun.$`ldd ${root}/bin/web-srv`.text()).match(/\/\S+/g)!
  await Bun.$`cp --parents --dereference ${libraries} ${root}`
  return {
    command(name, mediaDir, ...words) {
      const trace = join(traces, `${name}-${crypto.randomUUID()}`)
      const given = [root, mediaDir, socketPath, trace, `/bin/${name}`, ...(words.length > 0 ? words : ['serve'])]
      return ['unshare', '--mount', 'sh', '-euc', script, 'sh', ...given]
    },
    databaseUrl: (url) => url.replace(encodeURIComponent(socketPath), encodeURIComponent(socket)),
    async missed() {
      const texts = (await readdir(traces)).map((name) => Bun.file(join(traces, name)).text())
      return missedIn(await Promise.all(texts))
    },
  }
}

const names = ['user-srv', 'feed-srv', 'web-srv', 'one-box']
const socket = '/mysql.sock'

async function folder(use: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `douyin-${use}-`))
  atEnd(() => rm(path, { recursive: true }))
  return path
}

const script = `
root=$1 media=$2 socket=$3 trace=$4
shift 4
chown ${uid} "$media"
mount --bind "$root" "$root"
mount --bind "$media" "$root/media"
[ -z "$socket" ] || mount --bind "$socket" "$root${socket}"
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,ro,bind "$root"
exec strace -D -f -qq --seccomp-bpf -e trace=%file -o "$trace" \\
  unshare --root="$root" --wd=/empty --setgid=${uid} --setuid=${uid} -- "$@"`

function missedIn(traces: string[]): string[] {
  // Before it has its new root, what is traced is the program that gives it.
  const failed = traces.flatMap((text) => whole(text.split(/ chroot\(/)[1]!).filter((line) => line.includes('ENOENT')))
  return [...new Set(failed.map((line) => /"([^"]*)"/.exec(line)?.[1] ?? line))].sort()
}

/** Its lines; of a call that another thread came between, both parts are one line. */
function whole(trace: string): string[] {
  const begun = new Map<string, string>()
  return trace.split('\n').map((line) => {
    const thread = line.slice(0, line.indexOf(' '))
    if (line.endsWith('<unfinished ...>')) begun.set(thread, line)
    return line.includes(' resumed>') ? `${begun.get(thread) ?? ''}${line}` : line
  })
}
