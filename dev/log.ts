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
const longestLine = 64 * 1024

export const hasColour = process.stdout.isTTY === true && !process.env.NO_COLOR

/** A service's line as people read it; one that is no log entry stays as it is, behind the service's name. Some are none to read: ''. */
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

/** What services ask each other for a request: web-srv's line of that request is enough to read. */
const isCall = ({ level, msg }: Record<string, unknown>) => level === 30 && msg === 'call'

/** Prints a stream line by line as it comes, and never keeps more of it than one line. */
export async function follow(stream: ReadableStream<Uint8Array>, service: string, print: Print): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) await print(formatLine(service, line))
    if (rest.length > longestLine) {
      await print(formatLine(service, rest))
      rest = ''
    }
  }
  if (rest) await print(formatLine(service, rest))
}

/** To the terminal, as fast as it takes it. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.writable || process.stdout.write(text)) return
  // A reader that went away, as in `bun dev | head`, never drains.
  await once(process.stdout, 'drain').catch(() => {})
}

/** A line of `bun dev` itself. */
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
