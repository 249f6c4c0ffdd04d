import { readdirSync } from 'node:fs'

/** Debian's browser, which draws for the tests; undefined where there is none. */
export const findChromium = () => Bun.which('chromium') ?? Bun.which('chromium-browser') ?? undefined

export const hasChromium = findChromium() !== undefined

if (!hasChromium) {
  const files = readdirSync(import.meta.dir).filter((name) => name.endsWith('.test.ts'))
  for (const name of files) console.error(`SKIPPED test/browser/${name}: there is no chromium on this machine`)
}
