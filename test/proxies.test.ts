import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Body } from './http/answers.ts'
import { type Api, type Person, password, startLimitMs, startTestApi } from './http/client.ts'
import { clip } from './http/clips.ts'
import { logFolder } from './logs.ts'
import { hostName, makeCertificate, proxies, startProxy } from './proxies.ts'
import { production } from './security/production.ts'
import { freePorts, until } from './stack.ts'
import { type Answered, tlsClient } from './tls-client.ts'

const clientAddress = '127.0.0.5'
/** Headers with which a client may pretend another address, host or protocol. */
const forged = {
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '666',
  forwarded: 'for=6.6.6.6;host=evil.example;proto=http',
}
const uploadBytes = 8 << 20

let logs: Awaited<ReturnType<typeof logFolder>>
let api: Api
let author: Person
beforeAll(async () => {
  logs = await logFolder()
  // ffmpeg would remove the padding that makes an upload large.
  const env = { ...production.env, TRUSTED_PROXIES: '127.0.0.1', LOG_LEVEL: 'info', FFMPEG_PATH: 'none' }
  api = await startTestApi({ env, logs: logs.folder })
  author = await api.person()
  await api.video(author)
}, startLimitMs)
afterAll(async () => {
  await api?.close()
  await logs?.remove()
})

for (const proxy of proxies) {
  const isHere = Bun.which(proxy.program) !== null
  if (!isHere)
    console.error(`SKIPPED the configuration for ${proxy.name}: there is no ${proxy.program} on this machine`)

  // CI installs all three programs.
  describe.skipIf(!isHere)(`behind ${proxy.name} with the configuration of the docs`, () => {
    let running: Bun.Subprocess
    let folder: string
    let client: ReturnType<typeof tlsClient>
    let http: number
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'douyin-proxy-'))
      const certificate = await makeCertificate(folder)
      const [httpPort, https] = (await freePorts(2)) as [number, number]
      http = httpPort
      running = await startProxy(proxy, { http, https, upstream: new URL(api.stack.base).host }, folder)
      client = tlsClient(https, hostName, certificate, clientAddress)
      const isUp = () =>
        client.call('/readyz').then(
          ({ status }) => status === 200,
          () => false,
        )
      await until(async () => (await isUp()) || running.exitCode !== null, 20_000)
      if (running.exitCode !== null) throw new Error(await Bun.file(join(folder, 'out')).text())
    }, startLimitMs)
    afterAll(async () => {
      running?.kill('SIGTERM')
      await running?.exited
      await rm(folder, { recursive: true, force: true })
    })

    test('every URL begins with https and the host that was called, whatever headers the client forges', async () => {
      for (const headers of [{}, forged]) {
        const { video_list } = json(await client.call('/douyin/feed/', { headers }))
        for (const { play_url, cover_url, author } of video_list)
          for (const url of [play_url, cover_url, author.avatar]) expect(url).toStartWith(`https://${hostName}/static/`)
        expect(video_list.length).toBeGreaterThan(0)
      }
    })

    test('HTTP redirects to HTTPS', async () => {
      const answer = await fetch(`http://127.0.0.1:${http}/v/1?a=b`, {
        headers: { host: hostName },
        redirect: 'manual',
      })
      expect([answer.status < 309, answer.headers.get('location')]).toEqual([true, `https://${hostName}/v/1?a=b`])
    })

    test('the log has the client’s real address, whatever headers the client forges', async () => {
      const name = crypto.randomUUID().slice(0, 20)
      for (const [i, headers] of [{}, forged].entries())
        json(
          await client.call(`/douyin/user/register/?username=${name}${i}&password=${encodeURIComponent(password)}`, {
            method: 'POST',
            headers,
          }),
        )
      const addresses = async () =>
        (await logs.text())
          .split('\n')
          .filter((line) => line.includes('/douyin/user/register/'))
          .slice(-2)
          .map((line) => /"address":"([^"]*)"/.exec(line)?.[1])
      await until(async () => Bun.deepEquals(await addresses(), [clientAddress, clientAddress]))
    })

    test('a large upload passes through, and ranges of the video can be read', async () => {
      const title = crypto.randomUUID()
      const { headers, body } = await form(title)
      json(await client.call('/douyin/publish/action/', { method: 'POST', headers, body }))
      const { video_list } = json(await client.call(`/douyin/publish/list/?user_id=${author.id}&token=${author.token}`))
      const film = new URL(video_list.find((video) => video.title === title)!.play_url).pathname
      const head = await client.call(film, { method: 'HEAD' })
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(uploadBytes)
      const whole = await client.call(film)
      expect([whole.status, whole.body.length]).toEqual([200, Number(head.headers.get('content-length'))])
      const part = await client.call(film, { headers: { range: 'bytes=1000000-1000099' } })
      expect([part.status, part.headers.get('content-range')]).toEqual([
        206,
        `bytes 1000000-1000099/${whole.body.length}`,
      ])
      expect(part.body.equals(whole.body.subarray(1_000_000, 1_000_100))).toBe(true)
    }, 30_000)

    test('a WebSocket opens, and messages pass in both directions', async () => {
      const path = `/douyin/message/socket?token=${author.token}`
      expect(await client.ask(path, '{"type":"ping"}')).toBe('{"type":"pong"}')
    })
  })
}

function json({ status, body }: Answered): Body {
  const answer: Body = JSON.parse(body.toString())
  expect([status, answer.status_code, answer.status_msg]).toEqual([200, 0, 'success'])
  return answer
}

/** A film with a `free` box of `uploadBytes` at its end, which every player skips. */
async function form(title: string) {
  const box = Buffer.alloc(uploadBytes)
  box.writeUInt32BE(uploadBytes)
  box.write('free', 4)
  const fields = new FormData()
  fields.set('token', author.token)
  fields.set('title', title)
  fields.set('data', new Blob([await clip('tiny.mp4'), box]), 'film.mp4')
  const request = new Request('http://localhost/', { method: 'POST', body: fields })
  return {
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
    body: new Uint8Array(await request.arrayBuffer()),
  }
}
