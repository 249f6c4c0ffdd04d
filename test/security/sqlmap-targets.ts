import type { OpenApi } from '../../web-srv/src/api-docs/openapi.ts'
import { api, ok, type Parameters, password } from '../api.ts'
import { makeWorld } from '../endpoints.ts'
import { namesOf } from '../held-api.ts'
import { clip } from '../http/clips.ts'

export interface Target {
  method: 'GET' | 'POST'
  path: string
  parameters: Parameters
}

/** Every endpoint of the served description, with values that succeed; for each a person of its own, who may sign out. */
export async function targets(base: string): Promise<Target[]> {
  const http = api(base)
  const world = await makeWorld(http, await clip('tiny.mp4'))
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
  const all: Target[] = []
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      // A socket speaks no HTTP, and the rest are files and health.
      if (!path.startsWith('/douyin/') || path.includes('/socket/')) continue
      const name = `person ${all.length}`
      const { token, id } = await http.register(name)
      if (path.includes('/message/')) await befriended(token, id)
      const known: Parameters = { ...values, username: name, video_id: world.videoId, token }
      const texts = namesOf(operation).filter((one) => !files.includes(one))
      const given = texts.map((one) => [one, sampleOf(known, one)] as const)
      const target: Parameters = Object.fromEntries(given)
      if (JSON.stringify(operation.security).includes('token')) target.token = token
      // A password that was changed would end her token.
      if (path.endsWith('/user/password/')) target.password = 'not hers'
      if (Object.keys(target).length > 0)
        all.push({ method: method.toUpperCase() as Target['method'], path, parameters: target })
    }
  return all

  /** Those alone may write to each other. */
  async function befriended(token: string, id: number): Promise<void> {
    const follow = (of: string, whom: number) =>
      http.post('/douyin/relation/action/', { token: of, to_user_id: whom, action_type: 1 })
    ok(await follow(token, world.bob.id))
    ok(await follow(world.bob.token, id))
  }
}

const files = ['data', 'avatar', 'background_image']

/** Bob is the second who registered. */
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
  // Of the first page: one that is none is refused before anything else is looked at.
  cursor: '',
}

function sampleOf(known: Parameters, name: string): string | number {
  const value = known[name]
  if (value === undefined) throw new Error(`no value for the parameter ${name}`)
  return value
}
