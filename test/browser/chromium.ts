import { readdirSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const chromiumArgs = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const quietArgs = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** The path of Debian's browser, or undefined. */
const findChromium = () => Bun.which('chromium') ?? Bun.which('chromium-browser') ?? undefined

/** Tests that need chromium are skipped without it, which is printed below; CI installs it. */
export const hasChromium = findChromium() !== undefined

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...chromiumArgs, ...quietArgs] })
}

if (!hasChromium) {
  const player = '../../player'
  const files = ['.', player].flatMap((folder) => readdirSync(`${import.meta.dir}/${folder}`))
  for (const name of files.filter((one) => /^(?!serve).*\.test\.ts$/.test(one)))
    console.error(`SKIPPED ${name}: there is no chromium on this machine`)
}
