import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { makeClip } from '../../dev/clips.ts'
import { ffmpeg } from '../../web-srv/src/media/clips.fixture.ts'
import { reachServices } from '../../web-srv/src/services.ts'
import { type Api, api, ok, type Person } from '../api.ts'
import { onCleanup } from '../cleanup.ts'
import { compiled } from '../executables.ts'
import { type Stack, startStack } from '../stack.ts'
import { launch } from './chromium.ts'

/** Shared by all browser tests of a run: the compiled services with some users and their videos, and one browser. */
export interface Stage {
  stack: Stack
  api: Api
  browser: Browser
  /** Paths of films of four seconds, with motion and sound. */
  clips: string[]
  /** The path of a film of some megabytes. */
  bigClip: string
  mia: Person
  noah: Person
}

/** Enough for more than two pages of the feed. */
const videoCount = 66

let stage: Promise<Stage> | undefined

export function theStage(): Promise<Stage> {
  stage ??= build()
  return stage
}

async function build(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-browser-'))
  onCleanup(() => rm(folder, { recursive: true, force: true }))
  const drawing = Promise.all([0, 2, 4, 6].map((seed) => makeClip(folder, seed)))
  const drawingBig = drawBig(folder)
  const stack = await startStack({ command: await compiled() })
  onCleanup(stack.stop)
  const browser = await launch()
  onCleanup(() => browser.close())
  const calls = api(stack.base)
  const [mia, noah] = await Promise.all([calls.register('Mia'), calls.register('Noah')])
  const clips = await drawing
  await Promise.all(clips.map(async (clip, i) => ok(await calls.publish(mia, `Mia’s film ${i}`, Bun.file(clip)))))
  await repeat(stack, noah)
  return { stack, api: calls, browser, clips, bigClip: await drawingBig, mia, noah }
}

/** Draws a film with noise, which no codec can compress much. */
async function drawBig(folder: string): Promise<string> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=360x640:r=25:d=3,noise=alls=16:allf=t']
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:d=3']
  const codec = ['-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-movflags', '+faststart']
  await ffmpeg(folder, ...picture, ...sound, ...codec, 'big.mp4')
  return join(folder, 'big.mp4')
}

/** Publishes the same films under other titles. To play them costs the browser as much as other films would. */
async function repeat(stack: Stack, author: Person): Promise<void> {
  const { user, feed } = reachServices(stack.userAddress, stack.feedAddress)
  const { videoInfos } = await feed.getVideos({ time: 0, limit: 4, without_comment_list: true })
  const copies = Array.from({ length: videoCount - videoInfos.length }, (_, i) => ({
    ...videoInfos[i % videoInfos.length]!,
    userId: author.id,
    title: `Noah’s film ${i}`,
  }))
  await Promise.all(copies.map((copy) => feed.createVideo(copy)))
  user.close()
  feed.close()
}
