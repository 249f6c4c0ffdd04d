import { expect, test } from 'bun:test'
import jsQR from 'jsqr'
import { readyText } from './ready.ts'

/** The text that a camera reads from lines of half blocks. A half block is a white pixel. */
function scan(lines: string[]): string | undefined {
  const scale = 4
  const [width, height] = [Math.max(...lines.map((line) => line.length)), lines.length * 2]
  const isLit = (x: number, y: number) => {
    const half = lines[y >> 1]?.[x] ?? ' '
    return half === '█' || half === (y % 2 ? '▄' : '▀')
  }
  const pixels = new Uint8ClampedArray(width * height * scale * scale * 4)
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const level = isLit(Math.floor(x / scale), Math.floor(y / scale)) ? 255 : 0
      pixels.set([level, level, level, 255], (y * width * scale + x) * 4)
    }
  }
  return jsQR(pixels, width * scale, height * scale)?.data
}

test('the address on the LAN is printed for a phone, as text and as a QR code', () => {
  const text = readyText(8080, 'here', ['192.168.1.20', '10.0.0.7'], false)
  expect(text).toContain('on a LAN  http://192.168.1.20:8080\n')
  expect(text).toContain('http://10.0.0.7:8080\n')
  expect(text).toContain('open port 8080')
  expect(scan(text.split('\n').filter((line) => /[█▀▄]/.test(line)))).toBe('http://192.168.1.20:8080')
})

test('without a LAN there is no QR code', () => {
  const text = readyText(8080, 'here', [], false)
  expect(text).toContain('http://127.0.0.1:8080/')
  expect(text).not.toMatch(/[█▀▄]|LAN/)
})
