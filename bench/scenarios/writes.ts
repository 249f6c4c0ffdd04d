import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Leg } from '../leg.ts'
import type { Seen } from '../seen.ts'
import { startServices, type World } from '../world.ts'
import { runWrk } from '../wrk.ts'
import type { Comparison, Scenario } from './scenario.ts'

/** The number of the next write. Each number is used once in a run of the bench, so that every write changes a row. */
let nextNumber = 1000
/** More than a leg writes in a second. */
const numbersPerSecond = 40_000

interface Write {
  /** The pattern of the paths for wrk.lua. */
  pattern: string
  subjects: (world: World) => number
  undo: boolean
}

async function write(world: World, { pattern, subjects, undo }: Write): Promise<Comparison> {
  const services = await startServices(world, {})
  const leg: Leg = {
    name: 'ours',
    watched: services.watched,
    async drive(seconds, connections) {
      const first = nextNumber
      nextNumber += numbersPerSecond * seconds
      const script = ['post', world.tokensFile, String(first), pattern, String(subjects(world)), undo ? 'undo' : 'do']
      return runWrk({ url: services.base, connections, seconds, script })
    },
  }
  const baseline = await insertLeg(world)
  return { ours: leg, baseline, close: () => services.stop() }
}

async function insertLeg(world: World): Promise<Leg> {
  const url = world.database.url('bench_user')
  const socketPath = new URL(url).searchParams.get('socketPath') ?? ''
  const db = await createConnection({ socketPath, user: 'root', database: 'bench_user' })
  await db.query(`create table if not exists bench_like (user_id bigint not null, video_id bigint not null,
    create_time bigint not null, primary key (user_id, video_id))`)
  await db.end()
  return {
    name: 'INSERT IGNORE',
    watched: [{ name: 'database', pids: [world.database.pid] }],
    async drive(seconds, connections) {
      const first = nextNumber
      nextNumber += numbersPerSecond * seconds
      const peer = join(import.meta.dir, '../peers/insert.ts')
      const command = [process.execPath, peer, url, String(connections), String(seconds), String(first)]
      return (await Bun.$`${command}`.json()) as Seen
    },
  }
}

const baseline = 'single-row INSERT IGNORE by mysql2, 64 connections, binlog synced'

export const writeScenarios: Scenario[] = [
  {
    name: 'likes-spread',
    what: 'like and unlike, spread over videos',
    baseline,
    goal: 1,
    open: (world) =>
      write(world, {
        pattern: '/douyin/favorite/action/?video_id={s}&action_type={a}',
        subjects: ({ scale }) => scale.videos,
        undo: true,
      }),
  },
  {
    name: 'likes-hot',
    what: 'like and unlike one video',
    baseline,
    goal: 0.8,
    open: (world) =>
      write(world, {
        pattern: '/douyin/favorite/action/?video_id={s}&action_type={a}',
        subjects: () => 1,
        undo: true,
      }),
  },
  {
    name: 'comments',
    what: 'comment, spread over videos',
    baseline,
    goal: 0.7,
    open: (world) =>
      write(world, {
        pattern: '/douyin/comment/action/?video_id={s}&action_type=1&comment_text=how+nice+{n}',
        subjects: ({ scale }) => scale.videos,
        undo: false,
      }),
  },
  {
    name: 'follows',
    what: 'follow and unfollow',
    baseline,
    goal: 0.7,
    open: (world) =>
      write(world, {
        pattern: '/douyin/relation/action/?to_user_id={s}&action_type={a}',
        subjects: ({ scale }) => scale.users,
        undo: true,
      }),
  },
]
