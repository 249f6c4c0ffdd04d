import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { type Answer, refused, success, type User } from './answers.ts'
import { type Api, type Person, password, startLimitMs, startTestApi } from './client.ts'

let api: Api
let folder: string
beforeAll(async () => {
  ;[api, folder] = await Promise.all([startTestApi(), mkdtemp(join(tmpdir(), 'pictures-'))])
}, startLimitMs)
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

function update(person: Person, fields: Record<string, string | Blob>): Promise<Answer> {
  const body = new FormData()
  for (const [name, value] of Object.entries({ token: person.token, ...fields })) body.append(name, value as string)
  return api.post('/user/update/', {}, { body })
}

/** A picture drawn by ffmpeg. A JPEG gets Exif data with a place and a camera. */
async function picture(name: string, size: string): Promise<File> {
  const path = join(folder, name)
  const argv = ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc=s=${size}`, '-frames:v', '1', path]
  expect(await Bun.spawn(['ffmpeg', ...argv]).exited).toBe(0)
  const bytes = await Bun.file(path).bytes()
  return new File([name.endsWith('.jpg') ? withExif(bytes) : bytes], name)
}

const secretPlace = 'N 31.2304 E 121.4737 Canary Camera'

/** Inserts an APP1 segment after the first two bytes of a JPEG. */
function withExif(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const payload = Buffer.from(`Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0${secretPlace}`)
  const head = Buffer.from([0xff, 0xe1, 0, payload.length + 2])
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), head, payload, jpeg.subarray(2)]))
}

const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())
const sidesOf = async (url: string) => {
  const { width, height, format } = await new Bun.Image(await bytesAt(url)).metadata()
  return [format, width, height]
}

describe('a profile', () => {
  test('changes only in the given fields, for every viewer', async () => {
    const person = await api.person()
    const name = `新名字 ${person.id}`
    const { user } = success(await update(person, { name, signature: '<b>我</b> film birds 🐦' }))
    expect(user).toMatchObject({ id: person.id, name, signature: '<b>我</b> film birds 🐦' })
    expect(success(await api.get('/profile/', { user_id: person.id })).user).toEqual(user)
    expect(success(await update(person, {})).user).toEqual(user)
    expect(success(await update(person, { name: '' })).user.name).toBe(name)
    expect(success(await update(person, { signature: '' })).user.signature).toBe('')
    success(await api.post('/user/login/', { username: name, password }))
    refused(await api.post('/user/login/', { username: person.name, password }))
  })

  test('stays unchanged if a name is taken, blank or too long, or a signature is too long', async () => {
    const [person, other] = (await api.people(2)) as [Person, Person]
    const before = await api.profile(person, person)
    for (const name of [other.name, '   ', '字'.repeat(33), 'a\nb', 'a\0b']) refused(await update(person, { name }))
    refused(await update(person, { signature: 'x'.repeat(1000) }))
    refused(await update(person, { name: `${person.name}2`, signature: 'x'.repeat(1000) }))
    refused(await update({ ...person, token: 'none' }, { name: 'somebody else' }))
    expect(await api.profile(person, person)).toEqual(before)
  })
})

describe('a picture', () => {
  const shown = async (person: Person, field: 'avatar' | 'background_image', file: File): Promise<string> =>
    (success(await update(person, { [field]: file })).user as User)[field]

  test('is re-encoded, smaller, and contains no place and no camera', async () => {
    const person = await api.person()
    const file = await picture('holiday.jpg', '1600x1200')
    expect(Buffer.from(await file.arrayBuffer()).includes(secretPlace)).toBe(true)
    const avatar = await shown(person, 'avatar', file)
    expect(await sidesOf(avatar)).toEqual(['jpeg', 512, 384])
    expect((await bytesAt(avatar)).includes('Canary')).toBe(false)
    const background = await shown(person, 'background_image', await picture('wide.png', '2560x640'))
    expect(await sidesOf(background)).toEqual(['jpeg', 1280, 320])
    expect((await api.profile(person)).avatar).toBe(avatar)
  })

  test('may be a JPEG, PNG or WebP by its bytes, whatever its file name', async () => {
    const person = await api.person()
    for (const name of ['a.jpg', 'b.png', 'c.webp']) {
      const file = new File([await (await picture(name, '64x48')).arrayBuffer()], '../../etc/passwd')
      expect(await sidesOf(await shown(person, 'avatar', file))).toEqual(['jpeg', 64, 48])
    }
  })

  test('that is no picture, damaged, of another format or 30,000 pixels wide is rejected, and the old one stays', async () => {
    const person = await api.person()
    const before = await api.profile(person, person)
    const whole = new Uint8Array(await (await picture('whole.png', '300x200')).arrayBuffer())
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    const bad = {
      'text.jpg': 'not a picture',
      'cut.png': whole.subarray(0, 200),
      'vector.svg': svg,
      'page.png': `<!doctype html>${svg}`,
      'moving.gif': new Uint8Array(await (await picture('moving.gif', '64x48')).arrayBuffer()),
      'wide.png': hollowPng(30_000, 2),
      'bomb.png': hollowPng(8000, 8001),
      'lie.png': hollowPng(2 ** 31 - 1, 2 ** 31 - 1),
    }
    for (const [name, content] of Object.entries(bad)) {
      const answer = await update(person, { avatar: new File([content as Bun.BlobPart], name), signature: 'changed' })
      expect([name, refused(answer).status_code]).toEqual([name, 4])
    }
    expect(await api.profile(person, person)).toEqual(before)
  })

  test('of zero bytes is ignored, as forms send it if no file was chosen', async () => {
    const person = await api.person()
    const { avatar } = await api.profile(person, person)
    expect(await shown(person, 'avatar', new File([], ''))).toBe(avatar)
  })

  test('of more than 8 MiB is rejected', async () => {
    const person = await api.person()
    refused(await update(person, { avatar: new File([new Uint8Array((8 << 20) + 1)], 'large.png') }))
    const form = await update(person, { avatar: new File([new Uint8Array(40 << 20)], 'larger.png') })
    expect([form.http, form.body.status_code]).toEqual([413, 4])
  })
})

/** A PNG of one colour. It has few bytes, whatever its dimensions, until it is decoded. */
function hollowPng(width: number, height: number): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(Bun.hash.crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = Math.min(height, 9000) * (Math.ceil(Math.min(width, 40_000) / 8) + 1)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(rows))), chunk('IEND', Buffer.alloc(0))]
  return new Uint8Array(Buffer.concat([signature, ...parts]))
}
