import { expect, test } from 'bun:test'
import { pageContentSecurityPolicy, playerFiles } from './player-files.ts'

const files = await playerFiles()
const text = (path: string) => new TextDecoder().decode(files.get(path)?.body)
const page = text('/')

test('every file that the page and its manifest name is there', () => {
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
  const icons: { src: string }[] = JSON.parse(text('/manifest.webmanifest')).icons
  for (const path of [...named, ...icons.map((icon) => icon.src)]) expect([...files.keys()]).toContain(path)
})

test('the page obeys its own policy: no script, style or file but ours', () => {
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:/)
  expect(pageContentSecurityPolicy).not.toContain('unsafe')
})

test('there is a place for tags about one video', () => {
  expect(page).toContain('<!--head-->')
})

test('what the feed loads is at most 60 kB', () => {
  const loaded = [...files].filter(([path]) => /\.(js|css)$/.test(path))
  const bytes = loaded.reduce((sum, [, file]) => sum + (file.gzip?.length ?? file.body.length), 0)
  expect(bytes).toBeLessThan(60_000)
})

test('only what has its content in its name may be kept for ever', () => {
  const kept = [...files].filter(([, file]) => file.immutable).map(([path]) => path)
  expect(kept.every((path) => /^\/app-\w+\.(js|css)$/.test(path))).toBe(true)
  expect(kept).toHaveLength(2)
})
