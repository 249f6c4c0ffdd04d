import { join } from 'node:path'
import { programOf } from '../executables.ts'
import { success, type Video } from '../http/answers.ts'
import { type Api, type Person, paintedCovers, startTestApi } from '../http/client.ts'
import type { FreshDatabase } from '../mysql.ts'
import { until } from '../stack.ts'

/** An installation with data, and the operations commands for it. */
export interface Installation {
  api: Api
  people: Person[]
  videos: Video[]
  /** Runs a command of one-box on it. */
  ops(...args: string[]): Promise<CommandResult>
}

export interface CommandResult {
  code: number
  output: string
}

export const environment = (user: FreshDatabase, feed: FreshDatabase, MEDIA_DIR: string) => ({
  USER_DATABASE_URL: user.url,
  FEED_DATABASE_URL: feed.url,
  MEDIA_DIR,
})

export function startOps(more: Record<string, string>, ...args: string[]) {
  return Bun.spawn([...programOf('one-box'), ...args], {
    cwd: join(import.meta.dir, '../..'),
    env: { PATH: process.env.PATH, ...more },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

export async function opsOf(more: Record<string, string>, ...args: string[]): Promise<CommandResult> {
  const child = startOps(more, ...args)
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, output: out + error }
}

/** Four users who like, comment, follow and message each other, and a deleted video. */
export async function installation(): Promise<Installation> {
  const api = await startTestApi(paintedCovers)
  const people = await api.people(4)
  const videos = await Promise.all(people.slice(0, 3).map((person) => api.video(person)))
  for (const { token, id } of people) {
    for (const video of videos) {
      success(await api.post('/favorite/action/', { token, video_id: video.id, action_type: 1 }))
      const comment = { token, video_id: video.id, action_type: 1, comment_text: `说 "quotes"\n🎬 ${id}` }
      success(await api.post('/comment/action/', comment))
    }
    for (const other of people.filter((one) => one.id !== id)) {
      success(await api.post('/relation/action/', { token, to_user_id: other.id, action_type: 1 }))
      success(await api.post('/message/action/', { token, to_user_id: other.id, action_type: 1, content: 'hello' }))
    }
  }
  success(await api.post('/publish/delete/', { token: people[2]!.token, video_id: videos[2]!.id }))
  const env = environment(api.stack.userDatabase, api.stack.feedDatabase, api.stack.mediaDir)
  const ops = (...args: string[]) => opsOf(env, ...args)
  await until(async () => (await ops('doctor')).code === 0, 20_000)
  return { api, people, videos, ops }
}
