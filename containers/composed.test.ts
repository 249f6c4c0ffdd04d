import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { version } from '../package.json'
import { api, ok } from '../test/api.ts'
import { dayAt, goodDay } from '../test/day.ts'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { type ComposeInstallation, type InspectedContainer, install } from './installation.ts'
import { stopUnderLoad } from './stopping.ts'

const stacks = [
  { file: 'docker-compose.yml', publicService: 'web-srv', services: ['feed-srv', 'user-srv', 'web-srv'] },
  { file: 'compose.one-box.yml', publicService: 'one-box', services: ['one-box'] },
]

describe.each(stacks)('$file', ({ file, publicService, services }) => {
  let installation: ComposeInstallation
  let containers: Record<string, InspectedContainer>
  let folder: string
  beforeAll(async () => {
    folder = await makeFolder()
    installation = await install(file, { RATE_LIMIT: 'off' })
    const all = ['mysql', 'secrets', ...services]
    const inspected = all.map(async (name) => [name, await installation.inspect(name)] as const)
    containers = Object.fromEntries(await Promise.all(inspected))
  }, 180_000)
  afterAll(async () => {
    await installation?.remove()
    await removeFolder(folder)
  }, 60_000)

  test('a user’s day works on it', async () => {
    expect(await dayAt(installation.base)).toMatch(goodDay)
  }, 60_000)

  test('every container has a read-only root, no capabilities, no new privileges, and limits', () => {
    for (const [name, { HostConfig: host }] of Object.entries(containers)) {
      expect([name, host.ReadonlyRootfs, host.CapDrop, host.SecurityOpt]).toEqual([
        name,
        true,
        ['ALL'],
        ['no-new-privileges:true'],
      ])
      expect([name, host.Memory > 0, Number(host.PidsLimit) > 0]).toEqual([name, true, true])
      expect([name, host.RestartPolicy.Name]).toEqual([name, name === 'secrets' ? 'no' : 'unless-stopped'])
    }
  })

  test('only the container that creates the secrets runs as root; it has no network, and it ends', () => {
    for (const [name, { Config }] of Object.entries(containers)) {
      expect([name, Config.User]).toEqual([
        name,
        name === 'secrets' ? '0:0' : name === 'mysql' ? 'mysql' : '65532:65532',
      ])
    }
    expect(Object.keys(containers.secrets!.NetworkSettings.Networks)).toEqual(['none'])
    expect(containers.secrets!.State.ExitCode).toBe(0)
  })

  test('services can write only to the media folder, and read only their own secrets', () => {
    for (const name of services) {
      const mounts = containers[name]!.Mounts.map((mount) => [mount.Name.split('_')[1], mount.RW])
      const own = name === 'one-box' ? ['feed', 'user', 'web'] : [name.replace('-srv', '')]
      const media = name === publicService ? [['media', true]] : []
      expect([name, mounts.sort()]).toEqual([name, [...media, ...own.map((owner) => [`secrets-${owner}`, false])]])
    }
  })

  test('only the public service has published ports', () => {
    const published = Object.entries(containers).filter(([, { NetworkSettings }]) =>
      Object.values(NetworkSettings.Ports).some((binding) => binding?.length),
    )
    expect(published.map(([name]) => name)).toEqual([publicService])
    expect(containers[publicService]!.Config.Image).toEndWith(`douyin-${publicService}:${version}`)
  })

  test('stopped under load, every request in flight gets its response, and all services exit with 0 within 10 s', async () => {
    const film = Bun.file(await clip(folder, 'plain.mp4'))
    const { inFlight, failed, exitCodes, seconds } = await stopUnderLoad(installation, publicService, services, film)
    console.log(`${file}: ${inFlight} requests in flight, stopped in ${seconds.toFixed(1)} s`)
    expect(inFlight).toBeGreaterThanOrEqual(4)
    expect(failed).toEqual([])
    expect(exitCodes).toEqual(services.map(() => 0))
    expect(seconds).toBeLessThan(10)
  }, 60_000)

  test('after compose down and up, all content is still there', async () => {
    const { get } = api(installation.base)
    await installation.compose('up', '--detach', '--wait', '--no-build')
    const before = ok(await get('/douyin/feed/')).video_list.map(({ id, title }) => [id, title])
    expect(before.length).toBeGreaterThan(3)
    await installation.compose('down')
    await installation.compose('up', '--detach', '--wait', '--no-build')
    const { video_list } = ok(await get('/douyin/feed/'))
    expect(video_list.map(({ id, title }) => [id, title])).toEqual(before)
    const film = await fetch(video_list[0]!.play_url, { headers: { range: 'bytes=4-7' } })
    expect([film.status, await film.text()]).toEqual([206, 'ftyp'])
  }, 120_000)
})
