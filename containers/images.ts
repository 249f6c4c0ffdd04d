import { version } from '../package.json'
import { demandEngine, docker } from './docker.ts'

export const imageNames = ['user-srv', 'feed-srv', 'web-srv', 'one-box'] as const
export type ImageName = (typeof imageNames)[number]

/** The name of the image in the compose files. */
export const imageOf = (name: ImageName) => `${process.env.IMAGES ?? ''}douyin-${name}:${process.env.TAG || version}`

/** Builds the four images as the compose files say. */
export async function buildImages(): Promise<void> {
  await demandEngine()
  await docker(['compose', 'build', '--quiet'])
  await docker(['compose', '--file', 'compose.one-box.yml', 'build', '--quiet'])
}
