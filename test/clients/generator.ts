import { existsSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Language } from './languages.ts'

/** PyPI's package contains the generator; npm's would download it when it runs. */
const requirement = 'openapi-generator-cli==7.26.0'
/** The virtual environment is created once per machine. */
const environment = join(tmpdir(), `douyin-${requirement}`)

/** The reason why no client can be generated on this machine, or undefined. */
export function whyNoGenerator(): string | undefined {
  for (const needed of ['java', 'python3']) if (!Bun.which(needed)) return `there is no ${needed}`
  return existsSync(environment) || install() ? undefined : `${requirement} cannot be installed`
}

function install(): boolean {
  const unfinished = `${environment}.${process.pid}`
  const commands = [
    ['python3', '-m', 'venv', unfinished],
    [join(unfinished, 'bin/pip'), '-q', 'install', requirement],
  ]
  const isMade = commands.every((command) => Bun.spawnSync(command, { stderr: 'ignore' }).exitCode === 0)
  if (isMade && !existsSync(environment)) renameSync(unfinished, environment)
  rmSync(unfinished, { recursive: true, force: true })
  return isMade
}

/** Generates and builds a client with a user's day in this folder; returns the command that runs the day. */
export async function makeClient(description: string, folder: string, language: Language): Promise<string[]> {
  const { generator, properties, day, build, run: command } = language
  const jar = await jarPath()
  await run(folder, [
    ...['java', '-jar', jar, 'generate', '-i', description, '-g', generator, '-o', folder],
    ...['--git-host', 'example.org', '--git-user-id', 'douyin', '--git-repo-id', 'client'],
    ...['--global-property', 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false'],
    ...(properties ? ['--additional-properties', properties] : []),
  ])
  await cp(join(import.meta.dir, day.file), join(folder, day.at), { recursive: true })
  for (const step of build) await run(folder, step)
  return command
}

async function jarPath(): Promise<string> {
  const found = new Bun.Glob('lib/python*/site-packages/openapi_generator_cli/openapi-generator.jar')
  for await (const path of found.scan({ cwd: environment })) return join(environment, path)
  throw new Error(`${requirement} has no generator in it`)
}

/** Runs a command to its end. If it fails, the error contains its output. */
export async function run(cwd: string, command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: 'pipe', stderr: 'pipe' })
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0)
    throw new Error(`${command.join(' ')}\n${output.slice(-2000)}\n${errors.slice(-4000)}`)
}
