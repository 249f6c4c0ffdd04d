import { expect, test } from 'bun:test'
import { imageOf } from './build.ts'
import { docker, root } from './docker.ts'

const idOf = (image: string) => docker(['image', 'inspect', '--format', '{{.Id}}', image])

test('built again from nothing, an image is the same to the last byte', async () => {
  const before = await idOf(imageOf('user-srv'))
  const build = Bun.$`docker compose --progress plain build --no-cache user-srv 2>&1`.cwd(root)
  const said = await build.env({ ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }).text()
  // What the compiler says when it does run.
  expect(said).toMatch(/user-srv: \d+\.\d MB/)
  expect(await idOf(imageOf('user-srv'))).toBe(before)
}, 180_000)
