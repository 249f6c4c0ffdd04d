import { expect, test } from 'bun:test'
import { docker, root } from './docker.ts'
import { imageOf } from './images.ts'

const idOf = (image: string) => docker(['image', 'inspect', '--format', '{{.Id}}', image])

test('an image that is built again from scratch is identical', async () => {
  const before = await idOf(imageOf('user-srv'))
  const build = Bun.$`docker compose --progress plain build --no-cache user-srv 2>&1`.cwd(root)
  const output = await build.env({ ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }).text()
  // The compiler prints this if it really runs.
  expect(output).toMatch(/user-srv: \d+\.\d MB/)
  expect(await idOf(imageOf('user-srv'))).toBe(before)
}, 180_000)
