// `bun player/build.ts [--check]`: bundles the files of the player into web-srv/src/player.gen.ts.
import { join } from 'node:path'
import { writeGenerated } from '../proto/generated.ts'

const here = import.meta.dir

async function bundle(entry: string, format: 'esm' | 'iife' = 'esm', constants: object = {}): Promise<string> {
  const define = Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)])
  const { outputs } = await Bun.build({
    entrypoints: [join(here, entry)],
    target: 'browser',
    // The service worker is a classic script: as an IIFE it declares no globals.
    format,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"', ...Object.fromEntries(define) },
  })
  return outputs[0]!.text()
}

const hashedPath = (name: string, kind: string, text: string) => `/${name}-${Bun.hash(text).toString(36)}.${kind}`

const script = await bundle('app/app.tsx')
const style = await bundle('styles/app.css')
const scriptPath = hashedPath('app', 'js', script)
const stylePath = hashedPath('app', 'css', style)
const page = (await Bun.file(join(here, 'index.html')).text())
  .replace('/app.js', scriptPath)
  .replace('/app.css', stylePath)
  .replace(/\n\s+/g, '\n')

const manifest = {
  id: '/',
  name: 'douyin',
  short_name: 'douyin',
  description: 'Short videos · 短视频',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  categories: ['entertainment', 'social'],
  background_color: '#0b0b0f',
  theme_color: '#0b0b0f',
  icons: [
    { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: '/icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
}

const shell = {
  '/': page,
  [scriptPath]: script,
  [stylePath]: style,
  '/manifest.webmanifest': JSON.stringify(manifest),
  '/icon.svg': await Bun.file(join(here, 'icons/icon.svg')).text(),
}
// The name is part of the worker script. A change of any cached file changes the script, so browsers install the new
// worker.
const shellName = `shell-${Bun.hash(JSON.stringify(shell)).toString(36)}`
const texts = {
  ...shell,
  '/worker.js': await bundle('worker/worker.ts', 'iife', { shellName, shellFiles: Object.keys(shell) }),
}
const iconNames = ['icon-180.png', 'icon-192.png', 'icon-512.png', 'icon-maskable.png']
const pictures = await Promise.all(
  iconNames.map(async (name) => [`/${name}`, await Bun.file(join(here, 'icons', name)).bytes()] as const),
)

await writeGenerated(join(here, '../web-srv/src/player.gen.ts'), [
  '// Written by `bun player/build.ts`. Do not edit.',
  '',
  '/** By URL path. */',
  'export const texts: Record<string, string> = {',
  ...Object.entries(texts).map(([path, text]) => `  ${JSON.stringify(path)}: ${JSON.stringify(text)},`),
  '}',
  '',
  '/** By URL path, as base64. */',
  'export const pictures: Record<string, string> = {',
  ...pictures.map(([path, png]) => `  '${path}': '${png.toBase64()}',`),
  '}',
])
const kilobytes = (text: string) => (Bun.gzipSync(text, { level: 9 }).length / 1000).toFixed(1)
console.log(`player: script ${kilobytes(script)} kB, style ${kilobytes(style)} kB, gzip`)
