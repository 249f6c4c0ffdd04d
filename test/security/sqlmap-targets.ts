import type { OpenApi } from '../../web-srv/src/api-docs/openapi.ts'
import { api, ok, type Parameters, password } from '../api.ts'
import { namesOf } from '../checked-api.ts'
import { makeWorld } from '../endpoints.ts'
import { clip } from '../http/clips.ts'

export interface Target {
  method: 'GET' | 'POST'
  path: string
  parameters: Parameters
}

/** Every endpoint of the served description, with valid values. Each has its own user, since one endpoint signs out. */
export async function targets(base: string): Promise<Target[]> {
  const http = api(base)
  const world = await makeWorld(http, await clip('tiny.mp4'))
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
  const all: Target[] = []
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      // A socket has no HTTP answer, and paths outside /douyin/ are files and health checks.
      if (!path.startsWith('/douyin/') || path.includes('/socket/')) continue
      const name = `person ${all.length}`
      const { token, id } = await http.register(name)
      if (path.includes('/message/')) await befriend(token, id)
      const samples: Parameters = { ...values, username: name, video_id: world.videoId, token }
      const texts = namesOf(operation).filter((one) => !files.includes(one))
      const entries = texts.map((one) => [one, sampleOf(samples, one)] as const)
      const target: Parameters = Object.fromEntries(entries)
      if (JSON.stringify(operation.security).includes('token')) target.token = token
      // A successful change of password would revoke the token.
      if (path.endsWith('/user/password/')) target.password = 'not hers'
      if (Object.keys(target).length > 0)
        all.push({ method: method.toUpperCase() as Target['method'], path, parameters: target })
    }
  return all

  /** Makes the user a friend of Bob, for the endpoints of messages. */
  async function befriend(token: string, id: number): Promise<void> {
    const follow = (follower: string, followed: number) =>
      http.post('/douyin/relation/action/', { token: follower, to_user_id: followed, action_type: 1 })
    ok(await follow(token, world.bob.id))
    ok(await follow(world.bob.token, id))
  }
}

const files = ['data', 'avatar', 'background_image']

/** User 2 is Bob, who registered second. */
const values: Parameters = {
  user_id: 2,
  to_user_id: 2,
  password,
  new_password: password,
  name: 'somebody',
  signature: 'some words',
  title: 'a title',
  cover_time: 100,
  upload_id: 'one',
  action_type: 1,
  comment_text: 'some words',
  comment_id: 1,
  send_id: 'one',
  content: 'some words',
  latest_time: 4e12,
  pre_msg_time: 1,
  time: 4e12,
  limit: 2,
  // The first page: an invalid cursor is rejected before other parameters are read.
  cursor: '',
}

function sampleOf(samples: Parameters, name: string): string | number {
  const value = samples[name]
  if (value === undefined) throw new Error(`no value for the parameter ${name}`)
  return value
}
