import { beforeAll, describe, expect, test } from 'bun:test'
import { docker } from './docker.ts'
import { type Entry, filesOf } from './files.ts'
import { imageNames, imageOf } from './images.ts'

const base = 'gcr.io/distroless/base-nossl-debian13:nonroot'
const uid = 65_532
const ffmpeg = ['usr/bin/ffmpeg', 'usr/bin/ffprobe']
let baseFiles: Set<string>
beforeAll(async () => {
  baseFiles = new Set((await filesOf(base)).map(fingerprint))
}, 60_000)

describe.each([...imageNames])('the image of %s', (name) => {
  const isPublic = name === 'web-srv' || name === 'one-box'
  let files: Entry[]
  let config: Config
  beforeAll(async () => {
    files = await filesOf(imageOf(name))
    config = (JSON.parse(await docker(['image', 'inspect', imageOf(name)])) as [{ Config: Config }])[0].Config
  }, 60_000)

  test('adds to its base only the executable, ffmpeg with its licence if it takes videos, and the folder for media', () => {
    const added = files.filter((file) => !baseFiles.has(fingerprint(file))).map(({ path }) => path)
    const expected = ['usr/bin/douyin', ...(isPublic ? ['media/', ...ffmpeg, 'usr/share/doc/ffmpeg/copyright'] : [])]
    expect(added.filter((path) => !path.endsWith('/') || path === 'media/').sort()).toEqual(expected.sort())
  })

  test('has no shell, no package manager and no interpreter', () => {
    const programs = files.filter(({ mode, path }) => /^-..x|^l/.test(mode) && /(^|\/)s?bin\/[^/]+$/.test(path))
    expect(programs.map(({ path }) => path).sort()).toEqual(['usr/bin/douyin', ...(isPublic ? ffmpeg : [])])
    const others = files.filter(({ path }) => /\/(ba|da|a|z|k)?sh$|busybox|perl|python|apt-get|dpkg$|apk$/.test(path))
    expect(others).toEqual([])
  })

  test('has no setuid or setgid file', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(files.filter(({ mode }) => mode.startsWith('-') && /s/i.test(mode))).toEqual([])
  })

  test('lets its user change no file, and create files only in the folder for media and in those of its base', () => {
    const canWrite = ({ mode, owner }: Entry) => (owner === uid && mode[2] === 'w') || mode[8] === 'w'
    const writable = files.filter((file) => !file.mode.startsWith('l') && canWrite(file))
    expect(writable.filter(({ mode }) => !mode.startsWith('d'))).toEqual([])
    const ours = writable.filter((place) => !baseFiles.has(fingerprint(place)))
    expect(ours.map(({ path }) => path)).toEqual(isPublic ? ['media/'] : [])
  })

  test('runs without root and without a shell, and has a healthcheck and labels', () => {
    expect(config.User).toBe(`${uid}:${uid}`)
    expect(config.Entrypoint).toEqual(['/usr/bin/douyin'])
    expect(config.Healthcheck.Test).toEqual(['CMD', '/usr/bin/douyin', 'healthcheck'])
    expect(Object.keys(config.Volumes ?? {})).toEqual(isPublic ? ['/media'] : [])
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': `douyin ${name}`,
      'org.opencontainers.image.licenses': expect.stringMatching(
        isPublic ? /^MIT AND GPL-2\.0-or-later AND LGPL/ : /^MIT$/,
      ),
    })
  })

  test('has no secret: neither its settings nor its history name one, and it does not start without', async () => {
    const settings = config.Env.map((line) => line.split('=')[0]!)
    const known = ['NODE_ENV', 'PATH', 'SSL_CERT_FILE', ...(isPublic ? ['MEDIA_DIR'] : [])]
    expect(settings.sort()).toEqual(known.sort())
    const history = await docker(['history', '--no-trunc', '--format', '{{.CreatedBy}}', imageOf(name)])
    expect(history).not.toMatch(/secret|password|token|_URL/i)
    const run = Bun.spawn(['docker', 'run', '--rm', '--network', 'none', '--read-only', imageOf(name)], {
      stderr: 'pipe',
    })
    const output = await new Response(run.stderr).text()
    expect([await run.exited, output]).toEqual([78, expect.stringContaining('is required in production')])
  })
})

interface Config {
  User: string
  Env: string[]
  Entrypoint: string[]
  Healthcheck: { Test: string[] }
  Labels: Record<string, string>
  Volumes: Record<string, object> | null
}

const fingerprint = ({ path, mode, owner, size }: Entry) => [path, mode, owner, size].join(' ')
