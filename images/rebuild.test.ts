import { expect, test } from 'bun:test'
import { imageOf } from './build.ts'
import { docker } from './docker.ts'

const idOf = (image: string) => docker(['image', 'inspect', '--format', '{{.Id}}', image])

test('built again from nothing, an image is the same to the last byte', async () => {
  const before = await idOf(imageOf('user-srv'))
  const built = await docker(['compose', '--progress', 'plain', 'build', '--no-cache', 'user-srv'])
  expect(await idOf(imageOf('user-srv'))).toBe(before)
  expect(built).not.toContain('CACHED [build')
}, 180_000)
