import { renderUnicodeCompact } from 'uqr'
import { lanAddresses } from './lan.ts'
import { hasColour } from './log.ts'

const pollMs = 50
const tellAfterMs = 30_000

/** Waits until the whole stack answers, however long that takes: a service that cannot start has said why. */
export async function untilReady(webPort: number, say: (line: string) => void): Promise<void> {
  const slow = setTimeout(() => say('still waiting for the services to be ready; what they say is above'), tellAfterMs)
  while (!(await isReady(webPort))) await Bun.sleep(pollMs)
  clearTimeout(slow)
}

/** What to do with a running stack; the first address of a LAN as a picture for a phone's camera, too. */
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
    ...(lan[0] ? ['', ...pictureOf(lan[0], colour)] : []),
    '',
    '',
  ].join('\n')
}

/** White on black, whatever the terminal's colours are: cameras want it so. */
function pictureOf(url: string, colour: boolean): string[] {
  const lines = renderUnicodeCompact(url, { border: 2 }).split('\n')
  return lines.map((line) => `            ${colour ? `\x1b[97;40m${line}\x1b[0m` : line}`)
}

async function isReady(webPort: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${webPort}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}
