// The worker that parses the files of strangers. parser.ts starts it, and ends it if a file keeps it busy.
import type { MediaLimits } from '../media-limits.ts'
import { InvalidVideo } from './invalid-video.ts'
import { movedIndex } from './moved-index.ts'
import { probe } from './probe.ts'

export type ParserJob = { path: string; limits?: MediaLimits }
export type ParserReply<Result> =
  | { result: Result }
  | { invalid: Pick<InvalidVideo, 'reason' | 'values'> }
  | { error: unknown }

declare const self: Worker

// Reads that were in flight when a job ended may still fail. Without a listener, that would end the worker.
process.on('unhandledRejection', () => {})

self.onmessage = async ({ data: { path, limits } }: MessageEvent<ParserJob>) => {
  const work = limits ? probe(path, limits) : movedIndex(path)
  const reply = await work.then(
    (result): ParserReply<unknown> => ({ result }),
    (error): ParserReply<unknown> =>
      error instanceof InvalidVideo ? { invalid: { reason: error.reason, values: error.values } } : { error },
  )
  self.postMessage(reply)
}
