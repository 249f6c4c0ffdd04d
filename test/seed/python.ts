import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The virtual environment is created once per machine. */
const environment = join(tmpdir(), 'douyin-python-grpc')
/** Debian has the common .proto files of protoc in a separate package. */
const commonProto = '/usr/include/google/protobuf/empty.proto'
const aptPackages = ['python3', 'python3-grpcio', 'python3-protobuf', 'protobuf-compiler', 'libprotobuf-dev']

/** A Python with grpcio and protoc: an existing one, else installed with pip, else as root with apt-get. */
export async function pythonWithGrpc(): Promise<string> {
  const venvPython = join(environment, 'bin/python')
  const candidates = [venvPython, 'python3', '/usr/bin/python3']
  const findPython = () => candidates.find(hasGrpc)
  if (!findPython() && !makeEnvironment() && process.getuid?.() === 0 && Bun.which('apt-get')) {
    run('apt-get', '-qq', 'update')
    run('apt-get', '-qq', '-y', '--no-install-recommends', 'install', ...aptPackages)
  }
  const python = findPython()
  if (python) return python
  throw new Error(`this test needs Python with grpcio: pip install grpcio grpcio-tools, or install ${aptPackages}`)
}

function makeEnvironment(): boolean {
  const unfinished = `${environment}.${process.pid}`
  rmSync(environment, { recursive: true, force: true })
  const isMade =
    run('python3', '-m', 'venv', unfinished) &&
    run(join(unfinished, 'bin/python'), '-m', 'pip', '-q', 'install', 'grpcio', 'grpcio-tools')
  if (isMade && !existsSync(environment)) renameSync(unfinished, environment)
  rmSync(unfinished, { recursive: true, force: true })
  return isMade
}

function hasGrpc(python: string): boolean {
  const withProtoc = Bun.which('protoc') && existsSync(commonProto) ? '' : ', grpc_tools.protoc'
  return run(python, '-c', `import grpc, google.protobuf${withProtoc}`)
}

function run(...command: string[]): boolean {
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    return Bun.spawnSync(command, { env, stdout: 'ignore', stderr: 'ignore' }).exitCode === 0
  } catch {
    return false // no such program
  }
}
