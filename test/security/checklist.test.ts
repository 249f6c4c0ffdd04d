import { expect, test } from 'bun:test'
import { join } from 'node:path'

const root = join(import.meta.dir, '../..')

test('docs/security.md names only tests that exist', async () => {
  const page = await Bun.file(join(root, 'docs/security.md')).text()
  const rows = page.split('\n').filter((line) => /^\| \**\d/.test(line))
  expect(rows.length).toBeGreaterThan(40)
  const missing: string[] = []
  for (const row of rows) {
    const tests = row.split('|').at(-2) ?? ''
    for (const part of tests.split(/;\s*(?=`)/)) {
      const file = /`([^`]+\.ts)`/.exec(part)?.[1]
      if (!file) {
        if (part.trim() !== '–') missing.push(row)
        continue
      }
      const source = await Bun.file(join(root, file)).text()
      for (const [, name] of part.matchAll(/“([^”]+)”/g)) if (!source.includes(name!)) missing.push(`${file}: ${name}`)
    }
  }
  expect(missing).toEqual([])
})
