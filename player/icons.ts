import { crc32, deflateSync } from 'node:zlib'

type Point = readonly [x: number, y: number]
type Colour = readonly [red: number, green: number, blue: number]

// The logo as in app/icons.tsx, on a square with sides of 32 units.
const ground: Colour = [225, 29, 72]
const shapes: { corners: Point[]; colour: Colour }[] = [
  {
    corners: [
      [9, 7.5],
      [20, 14],
      [9, 20.5],
    ],
    colour: [255, 177, 153],
  },
  {
    corners: [
      [13, 11.5],
      [24, 18],
      [13, 24.5],
    ],
    colour: [255, 255, 255],
  },
]
const unit = 32
const radius = 9
/** Samples per pixel and axis, for antialiasing. */
const samples = 4

/** The logo as a PNG. `full` has no rounded corners and a smaller logo, for phones that mask icons to a shape of
 * their own. */
export function iconPng(side: number, full = false): Uint8Array {
  const rows = Buffer.alloc(side * (1 + side * 4))
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sum = [0, 0, 0, 0]
      for (let i = 0; i < samples * samples; i++) {
        const at: Point = [
          ((x + ((i % samples) + 0.5) / samples) / side) * unit,
          ((y + (Math.floor(i / samples) + 0.5) / samples) / side) * unit,
        ]
        const colour = colourAt(at, full)
        if (!colour) continue
        for (const part of [0, 1, 2] as const) sum[part]! += colour[part]
        sum[3]! += 255
      }
      const covered = sum[3]! / 255 || 1
      const pixel = [sum[0]! / covered, sum[1]! / covered, sum[2]! / covered, sum[3]! / samples ** 2]
      rows.set(pixel.map(Math.round), y * (1 + side * 4) + 1 + x * 4)
    }
  }
  return png(side, rows)
}

export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="${radius}" fill="rgb(${ground})"/>${shapes
  .map(
    ({ corners, colour }) =>
      `<path fill="rgb(${colour})" d="M${corners.map((corner) => corner.join(' ')).join('L')}z"/>`,
  )
  .join('')}</svg>`

function colourAt([x, y]: Point, full: boolean): Colour | undefined {
  if (!full && !isInSquare(x, y)) return
  const scale = full ? 1.3 : 1
  const at: Point = [16 + (x - 16) * scale, 16 + (y - 16) * scale]
  return shapes.findLast(({ corners }) => isInside(at, corners))?.colour ?? ground
}

function isInSquare(x: number, y: number): boolean {
  const dx = Math.max(radius - x, x - (unit - radius), 0)
  const dy = Math.max(radius - y, y - (unit - radius), 0)
  return Math.hypot(dx, dy) <= radius
}

/** The corners must be in clockwise order. */
function isInside([x, y]: Point, corners: Point[]): boolean {
  return corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length]!
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
  })
}

function png(side: number, rows: Buffer): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // 8 bits for each of red, green, blue and opacity.
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([size, named, check])
}
