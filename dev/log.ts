import { once } from 'node:events'
import { prettyFactory } from 'pino-pretty'

export type Print = (text: string) => Promise<void> | void

const colours: Record<string, number> = { 'user-srv': 36, 'feed-srv': 35, 'web-srv': 32, dev: 33 }
const maxLineLength = 64 * 1024

export const hasColour = process.stdout.isTTY === true && !process.env.NO_COLOR

/** One for lines without colours, and one for lines with them. As a library, since its transport starts a worker. */
const formatters = [false, true].map((colorize) =>
  prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname,service', singleLine: true }),
)
/** A call between services. The line of web-srv for that request is enough. */
const call = /^\{"level":30,.*"msg":"call"[,}]/

/**
 * Formats a line of a service for people. A line that is not a log entry stays as it is, after the name of the service.
 * Returns '' for a line that is left out.
 */
export function formatLine(service: string, line: string, colour = hasColour): string {
  if (call.test(line)) return ''
  const name = service.padEnd(8)
  const text = line.startsWith('{"level":') ? formatters[Number(colour)]?.(line) : `${line}\n`
  return `${colour ? `\x1b[${colours[service]}m${name}\x1b[0m` : name}  ${text}`
}

/** Prints a stream line by line as it arrives, and never buffers more than one line. */
export async function follow(stream: ReadableStream<Uint8Array>, service: string, print: Print): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) await print(formatLine(service, line))
    if (rest.length > maxLineLength) {
      await print(formatLine(service, rest))
      rest = ''
    }
  }
  if (rest) await print(formatLine(service, rest))
}

/** Writes to the terminal. Resolves when the terminal can take more. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.writable || process.stdout.write(text)) return
  // If the reader has ended, as in `bun dev | head`, there is an error instead of a drain.
  await once(process.stdout, 'drain').catch(() => {})
}

/** Prints a line of `bun dev` itself. */
export function say(line: string): void {
  process.stdout.write(formatLine('dev', JSON.stringify({ level: 30, time: Date.now(), msg: line })))
}
