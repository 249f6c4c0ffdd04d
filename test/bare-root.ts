import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onCleanup } from './cleanup.ts'

/** The unprivileged user of the container images. */
const uid = 65_532

/** A root folder as small as that of a container image. strace records every file that is opened in it. */
export interface BareRoot {
  /** The command that runs an executable there, unprivileged, in an empty folder, read-only except for /media. */
  command(name: string, mediaDir: string, ...words: string[]): string[]
  /** The URL of the same database as seen from inside the root. */
  databaseUrl(url: string): string
  /** The files that were looked up and do not exist. */
  missed(): Promise<string[]>
}

/** Only root may mount. */
export const canMakeRoots = process.getuid?.() === 0 && Boolean(Bun.which('strace') && Bun.which('unshare'))

/**
 * The root holds the executables, the C library that they link to, the mounts of a container engine, and nothing else.
 * If the database has a socket instead of a port, the socket is mounted too.
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
      const args = [root, mediaDir, socketPath, trace, `/bin/${name}`, ...(words.length > 0 ? words : ['serve'])]
      return ['unshare', '--mount', 'sh', '-euc', script, 'sh', ...args]
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
  onCleanup(() => rm(path, { recursive: true }))
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
  // The trace up to chroot is of unshare, not of the executable.
  const failed = traces.flatMap((text) =>
    wholeLines(text.split(/ chroot\(/)[1]!).filter((line) => line.includes('ENOENT')),
  )
  return [...new Set(failed.map((line) => /"([^"]*)"/.exec(line)?.[1] ?? line))].sort()
}

/** The lines of a trace. strace splits a call that another thread interrupts: both parts are joined to one line. */
function wholeLines(trace: string): string[] {
  const unfinished = new Map<string, string>()
  return trace.split('\n').map((line) => {
    const thread = line.slice(0, line.indexOf(' '))
    if (line.endsWith('<unfinished ...>')) unfinished.set(thread, line)
    return line.includes(' resumed>') ? `${unfinished.get(thread) ?? ''}${line}` : line
  })
}
