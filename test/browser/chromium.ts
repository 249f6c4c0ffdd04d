import { readdirSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const chromiumArgs = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const quietArgs = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Debian's browser; undefined where there is none. */
const findChromium = () => Bun.which('chromium') ?? Bun.which('chromium-browser') ?? undefined

export const hasChromium = findChromium() !== undefined

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...chromiumArgs, ...quietArgs] })
}

if (!hasChromium) {
  const files = readdirSync(import.meta.dir).filter((name) => name.endsWith('.test.ts'))
  for (const name of files) console.error(`SKIPPED test/browser/${name}: there is no chromium on this machine`)
}
