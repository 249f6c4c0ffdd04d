import { gate } from '@douyin/process'
import { Failure } from '@douyin/proto'
import type { MediaLimits } from '../media-limits.ts'
import type { MovedIndex } from './moved-index.ts'
import type { ParserJob, ParserReply } from './parser-worker.ts'
import type { Clip } from './probe.ts'

export const parserDefaults = {
  script: new URL('./parser-worker.ts', import.meta.url).href,
  deadlineMs: 10_000,
  /** By how much the process may grow during a job. A usual index takes less than 1 MiB. */
  maxGrowthBytes: 192 * 1024 * 1024,
  /** A worker takes 10 ms to start and 8 MiB, so it is kept for the next upload, but not for longer. */
  idleMs: 10_000,
}
const maxWorkers = 2
/** A job takes a few milliseconds, unless the file is hostile. */
const maxWaiting = 256
const watchMs = 100

/** Parses video files in workers, so that no file keeps this thread busy. */
export interface VideoParser {
  /** Describes a video. Throws invalid with the reason for any other file and for a video beyond a limit. */
  probe(path: string, limits: MediaLimits): Promise<Clip>
  /** See moved-index.ts. */
  movedIndex(path: string): Promise<MovedIndex | undefined>
}

export function videoParser({ script, deadlineMs, maxGrowthBytes, idleMs } = parserDefaults): VideoParser {
  const queue = gate({
    name: 'video parsers',
    concurrency: maxWorkers,
    full: { waiting: maxWaiting, error: () => new Failure('TOO_MANY_WAITING_VIDEOS') },
  })
  const idle = new Set<Worker>()
  let idleTimer: Timer | undefined

  function start(): Worker {
    const worker = new Worker(script, { ref: false })
    worker.addEventListener('close', () => idle.delete(worker))
    return worker
  }

  function keep(worker: Worker): void {
    idle.add(worker)
    clearTimeout(idleTimer)
    idleTimer = setTimeout(() => idle.forEach((one) => void one.terminate()), idleMs)
    idleTimer.unref()
  }

  /** The reply of a worker to one job. Rejects if the worker has to be ended. */
  async function ask<Result>(worker: Worker, job: ParserJob): Promise<ParserReply<Result>> {
    const { promise, resolve, reject } = Promise.withResolvers<ParserReply<Result>>()
    const [beganMs, beganBytes] = [performance.now(), process.memoryUsage.rss()]
    const fail = () => reject(new Failure('VIDEO_DAMAGED'))
    const watch = setInterval(() => {
      if (performance.now() - beganMs > deadlineMs) reject(new Failure('VIDEO_TOO_SLOW_TO_EXAMINE'))
      if (process.memoryUsage.rss() - beganBytes > maxGrowthBytes) fail()
    }, watchMs)
    worker.onmessage = ({ data }) => resolve(data)
    worker.addEventListener('close', fail)
    worker.postMessage(job)
    try {
      return await promise
    } finally {
      clearInterval(watch)
      worker.removeEventListener('close', fail)
    }
  }

  const run = <Result>(job: ParserJob) =>
    queue(async () => {
      const [worker = start()] = idle
      idle.delete(worker)
      const reply = await ask<Result>(worker, job).catch((error) => {
        worker.terminate()
        throw error
      })
      keep(worker)
      if ('error' in reply) throw reply.error
      if ('invalid' in reply) throw new Failure(reply.invalid.reason, reply.invalid.values)
      return reply.result
    })

  return { probe: (path, limits) => run({ path, limits }), movedIndex: (path) => run({ path }) }
}
