import { expect, test } from 'bun:test'
import { pageContentSecurityPolicy, playerFiles } from './player-files.ts'

const files = await playerFiles()
const text = (path: string) => new TextDecoder().decode(files.get(path)?.body)
const page = text('/')

test('every file that the page and its manifest name exists', () => {
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
  const icons: { src: string }[] = JSON.parse(text('/manifest.webmanifest')).icons
  for (const path of [...named, ...icons.map((icon) => icon.src)]) expect([...files.keys()]).toContain(path)
})

test('the page obeys its own policy: no inline script or style, and no file from another origin', () => {
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:/)
  expect(pageContentSecurityPolicy).not.toContain('unsafe')
})

test('the page has a placeholder for tags about one video', () => {
  expect(page).toContain('<!--head-->')
})

test('the feed loads less than 60 kB of scripts and styles', () => {
  const loaded = [...files].filter(([path]) => /\.(js|css)$/.test(path))
  const bytes = loaded.reduce((sum, [, file]) => sum + (file.gzip?.length ?? file.body.length), 0)
  expect(bytes).toBeLessThan(60_000)
})

test('only files with a content hash in the name are immutable', () => {
  const immutable = [...files].filter(([, file]) => file.immutable).map(([path]) => path)
  expect(immutable.every((path) => /^\/app-\w+\.(js|css)$/.test(path))).toBe(true)
  expect(immutable).toHaveLength(2)
})
