import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ffmpeg, makeFolder, removeFolder, sidesOf } from '../clips.fixture.ts'
import { gradientPng } from './placeholder-png.ts'

let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

test('a gradient is a valid PNG of the requested size', async () => {
  for (const [width, height] of [
    [200, 120],
    [1, 1],
  ] as const) {
    await Bun.write(join(folder, 'gradient.png'), gradientPng('someone', width, height))
    expect(await sidesOf(join(folder, 'gradient.png'))).toEqual([width, height])
    await ffmpeg(folder, '-xerror', '-i', 'gradient.png', '-f', 'null', '-')
  }
})

test('the same seed gives the same picture, and another seed gives another picture', () => {
  expect(gradientPng(7, 20, 20)).toEqual(gradientPng(7, 20, 20))
  expect(gradientPng(7, 20, 20)).not.toEqual(gradientPng(8, 20, 20))
})
