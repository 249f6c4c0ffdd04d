import { renderUnicodeCompact } from 'uqr'
import { lanAddresses } from './lan.ts'
import { hasColour } from './log.ts'

const pollMs = 50
const slowAfterMs = 30_000

/** Waits until the whole stack is ready, without a limit: a service that cannot start has printed the reason. */
export async function untilReady(webPort: number, say: (line: string) => void): Promise<void> {
  const slow = setTimeout(() => say('still waiting for the services to be ready; what they say is above'), slowAfterMs)
  while (!(await isReady(webPort))) await Bun.sleep(pollMs)
  clearTimeout(slow)
}

/** How to use a running stack. The first address on a LAN is also a QR code for a phone's camera. */
export function readyText(webPort: number, where: string, addresses = lanAddresses(), colour = hasColour): string {
  const lan = addresses.map((address) => `http://${address}:${webPort}`)
  return [
    '',
    `  ready     http://127.0.0.1:${webPort}/`,
    ...lan.map((url, index) => `${index ? '            ' : '  on a LAN  '}${url}`),
    ...(lan.length ? ['            in the app: double-tap 我 → 高级设置 → base URL'] : []),
    ...(lan.length ? [`            open port ${webPort} in the firewall if the phone cannot reach it`] : []),
    `  data      ${where}`,
    '  stop      Ctrl-C',
    ...(lan[0] ? ['', ...qrCodeOf(lan[0], colour)] : []),
    '',
    '',
  ].join('\n')
}

/** White on black, independent of the colours of the terminal, since cameras need that. */
function qrCodeOf(url: string, colour: boolean): string[] {
  const lines = renderUnicodeCompact(url, { border: 2 }).split('\n')
  return lines.map((line) => `            ${colour ? `\x1b[97;40m${line}\x1b[0m` : line}`)
}

async function isReady(webPort: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${webPort}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}
