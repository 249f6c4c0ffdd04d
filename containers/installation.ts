import { freePort } from '../dev/ports.ts'
import { docker } from './docker.ts'

/** The containers that a compose file starts, separate from those of the developer. */
export interface ComposeInstallation {
  base: string
  /** Runs `docker compose` for it. */
  compose(...args: string[]): Promise<string>
  /** The `docker inspect` of the container of a service. */
  inspect(service: string): Promise<InspectedContainer>
  /** Removes it with all its data. */
  remove(): Promise<void>
}

export interface InspectedContainer {
  State: { Pid: number; StartedAt: string; ExitCode: number }
  Config: { Env: string[]; User: string; Image: string }
  HostConfig: {
    CapDrop: string[] | null
    Memory: number
    PidsLimit: number | null
    ReadonlyRootfs: boolean
    RestartPolicy: { Name: string }
    SecurityOpt: string[] | null
  }
  Mounts: { Name: string; Destination: string; RW: boolean }[]
  NetworkSettings: { Networks: Record<string, unknown>; Ports: Record<string, unknown[] | null> }
}

const waitSeconds = '120'

/** Starts an installation on a free port. Resolves when it is healthy. */
export async function install(file: string, env: Record<string, string> = {}): Promise<ComposeInstallation> {
  const project = `douyin-${crypto.randomUUID().slice(0, 8)}`
  const port = await freePort()
  const compose = (...args: string[]) =>
    docker(['compose', '--project-name', project, '--file', file, ...args], { ...env, WEB_PORT: String(port) })
  const installation: ComposeInstallation = {
    base: `http://127.0.0.1:${port}`,
    compose,
    async inspect(service) {
      const id = await compose('ps', '--all', '--quiet', service)
      return (JSON.parse(await docker(['inspect', id])) as [InspectedContainer])[0]
    },
    remove: async () => void (await compose('down', '--volumes', '--timeout', '10')),
  }
  try {
    await compose('up', '--detach', '--wait', '--wait-timeout', waitSeconds)
  } catch (error) {
    console.error(await compose('logs', '--tail', '20'))
    await installation.remove()
    throw error
  }
  return installation
}
