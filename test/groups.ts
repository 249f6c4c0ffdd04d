// The groups of test files of a whole run: run.ts says which run beside each other.

/** The files of each group, by the start of their paths. The first group that fits counts; the others are the rest. */
const paths = {
  /** Wait for minutes, and need hardly any CPU. They run beside those that measure. */
  waiting: [
    'player/socket.test.ts',
    'test/faults/paused-upload.test.ts',
    'test/faults/slow-readers.test.ts',
    'test/security/revocation.test.ts',
  ],
  /** Measure times, or load the machine as much as it can bear. */
  measuring: [
    'test/bench.test.ts',
    'test/browser/speed.test.ts',
    'test/crash.test.ts',
    'test/database-outage.test.ts',
    'test/faults/hot-video.test.ts',
    'test/faults/killed-retries.test.ts',
    'test/faults/outages.test.ts',
    'test/faults/packet-loss.test.ts',
    'test/faults/partition.test.ts',
    'test/faults/replicas.test.ts',
    'test/faults/slow-bodies.test.ts',
    'test/faults/slow-clients.test.ts',
    'test/faults/start.test.ts',
    'test/load.test.ts',
    'test/memory.test.ts',
    'test/outage.test.ts',
    'test/security/enumeration.test.ts',
    'web-srv/src/http/load-shedding.test.ts',
  ],
  http: ['test/http/'],
  browser: ['player/', 'test/browser/'],
  /** Use SQL. If MYSQL_TEST_URL is set, they run a second time on that MySQL. */
  store: ['database/', 'feed-srv/', 'user-srv/'],
  /** Need a Docker engine: only `bun run test:images` and TEST_IMAGES run them. */
  images: ['containers/'],
} satisfies Record<string, string[]>

export type Group = keyof typeof paths | 'rest'

const groups = Object.entries(paths) as [Group, string[]][]

export const groupOf = (file: string): Group =>
  groups.find(([, starts]) => starts.some((start) => file.startsWith(start)))?.[0] ?? 'rest'

/** All test files below this folder, sorted. */
export async function testFiles(root: string): Promise<string[]> {
  const files = await Array.fromAsync(new Bun.Glob('**/*.test.ts').scan(root))
  return files.filter((file) => !file.includes('node_modules/')).sort()
}

/** Paths that fit no file, since one was renamed. */
export const staleMembers = (files: string[]): string[] =>
  groups.flatMap(([, starts]) => starts).filter((start) => !files.some((file) => file.startsWith(start)))
