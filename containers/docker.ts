import { join } from 'node:path'

export const root = join(import.meta.dir, '..')

/** Runs `docker` to its end. Returns its standard output, or throws its standard error. */
export async function docker(args: string[], env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(['docker', ...args], {
    cwd: root,
    // Attestations say when and by whom an image was built, so no two builds would be the same.
    env: { ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: '1', ...env },
    stdin: 'ignore',
    stderr: 'pipe',
  })
  const [output, errorText] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`docker ${args.join(' ')}\n${errorText.slice(-2000)}`)
  return output.trim()
}

/** If there is no engine, prints what to do and exits. */
export async function demandEngine(): Promise<void> {
  await docker(['compose', 'version'])
    .then(() => docker(['version']))
    .catch(() => {
      console.error('this needs a Docker engine with Compose; CONTRIBUTING.md has one for Debian')
      process.exit(1)
    })
}

/** Copies the file at `path` in `image` to `to`. */
export async function copyOut(image: string, path: string, to: string): Promise<void> {
  const container = await docker(['create', image])
  try {
    await docker(['cp', `${container}:${path}`, to])
  } finally {
    await docker(['rm', container])
  }
}
