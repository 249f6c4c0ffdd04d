import { once } from 'node:events'

export type Print = (text: string) => Promise<void> | void

const colours: Record<string, number> = { 'user-srv': 36, 'feed-srv': 35, 'web-srv': 32, dev: 33 }
const levels: Record<number, [string, number]> = {
  10: ['trace', 90],
  20: ['debug', 90],
  40: ['WARN', 33],
  50: ['ERROR', 31],
  60: ['FATAL', 31],
}
const maxLineLength = 64 * 1024

export const hasColour = process.stdout.isTTY === true && !process.env.NO_COLOR

/**
 * Formats a line of a service for people. A line that is not a log entry stays as it is, after the name of the service.
 * Returns '' for a line that is left out.
 */
export function formatLine(service: string, line: string, colour = hasColour): string {
  const paint = (code: number | undefined, text: string) => (colour && code ? `\x1b[${code}m${text}\x1b[0m` : text)
  const name = paint(colours[service], service.padEnd(8))
  const entry = parse(line)
  if (!entry) return `${paint(90, ' '.repeat(12))} ${name}  ${line}\n`
  if (isCall(entry)) return ''
  const { level, time, msg = '', service: _service, pid: _pid, hostname: _hostname, err, ...fields } = entry
  const [word, code] = levels[Number(level)] ?? []
  const details = Object.entries(fields).map(([key, value]) => paint(90, `${key}=`) + formatValue(value))
  const parts = [word && paint(code, word), String(msg), ...details].filter(Boolean)
  return `${paint(90, clock(Number(time)))} ${name}  ${parts.join(' ')}\n${formatError(err)}`
}

/** A call between services. The line of web-srv for that request is enough. */
const isCall = ({ level, msg }: Record<string, unknown>) => level === 30 && msg === 'call'

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
  process.stdout.write(formatLine('dev', JSON.stringify({ time: Date.now(), msg: line })))
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const entry = JSON.parse(line)
    return typeof entry.time === 'number' ? entry : undefined
  } catch {
    return undefined
  }
}

function formatValue(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return JSON.stringify(value) ?? ''
}

function formatError(err: unknown): string {
  if (!err || typeof err !== 'object') return err ? `  ${err}\n` : ''
  const { stack, message } = err as { stack?: string; message?: string }
  return `${stack ?? message ?? JSON.stringify(err)}\n`.replace(/^/gm, '  ').replace(/ +$/, '')
}

function clock(time: number): string {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const whole = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${whole}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
