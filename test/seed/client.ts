import { join } from 'node:path'
import type { Stack } from '../stack.ts'
import { pythonWithGrpc } from './python.ts'

// biome-ignore lint/suspicious/noExplicitAny: what another program printed
export type Message = Record<string, any>

export interface SeedClient {
  /** Returns the answer. On failure the error names the gRPC status, such as NOT_FOUND. */
  call(service: string, method: string, request: Message): Promise<Message>
  /** Returns the name of the gRPC status. */
  code(service: string, method: string, request: Message): Promise<string>
  close(): Promise<void>
}

/** Starts a client program that knows only the seed's .proto files. */
export async function seedClient(language: 'node' | 'python', stack: Stack): Promise<SeedClient> {
  const program =
    language === 'node'
      ? ['node', join(import.meta.dir, 'seed-client.mjs')]
      : [await pythonWithGrpc(), join(import.meta.dir, 'seed_client.py')]
  const child = Bun.spawn([...program, stack.userAddress, stack.feedAddress], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines = linesOf(child.stdout)

  async function ask(service: string, method: string, request: Message): Promise<Message> {
    child.stdin.write(`${JSON.stringify({ service, method, request })}\n`)
    child.stdin.flush()
    const { value } = await lines.next()
    if (value === undefined) throw new Error(`the ${language} client ended`)
    return JSON.parse(value)
  }

  return {
    async call(service, method, request) {
      const { code, details, answer } = await ask(service, method, request)
      if (code !== 'OK') throw new Error(`${method}: ${code} ${details}`)
      return answer
    },
    code: async (service, method, request) => (await ask(service, method, request)).code,
    async close() {
      child.stdin.end()
      await child.exited
    },
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
