import { crc32, deflateSync } from 'node:zlib'

/** A PNG with a gradient between two soft colours. The same seed gives the same picture. Sides are in pixels. */
export function gradientPng(seed: number | string, width: number, height: number): Uint8Array {
  const hue = crc32(`${seed}`) % 360
  const from = rgb(hue, 0.62, 0.58)
  const to = rgb(hue + 55, 0.7, 0.36)
  const rowBytes = 1 + width * 3
  const rows = new Uint8Array(rowBytes * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ratio = (x + y) / Math.max(1, width + height - 2)
      for (let channel = 0; channel < 3; channel++)
        rows[y * rowBytes + 1 + x * 3 + channel] = Math.round(from[channel]! + (to[channel]! - from[channel]!) * ratio)
    }
  }
  return png(width, height, rows)
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Each row in `rows` is a zero (no filter), then red, green, blue for each pixel. */
function png(width: number, height: number, rows: Uint8Array) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8) // 8 bits per channel, RGB
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(signature),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function chunk(type: string, data: Uint8Array) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** Converts HSL to three channels of 0..255. Hue is in degrees, the others are 0..1. */
function rgb(hue: number, saturation: number, lightness: number) {
  const amplitude = saturation * Math.min(lightness, 1 - lightness)
  return [0, 8, 4].map((offset) => {
    const step = (offset + hue / 30) % 12
    return 255 * (lightness - amplitude * Math.max(-1, Math.min(step - 3, 9 - step, 1)))
  })
}
