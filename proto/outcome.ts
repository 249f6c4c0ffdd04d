import { Failure, type status } from './failure.ts'
import type { Outcome } from './user.gen.ts'

/** How each of these ended, for a call that carries many. A bug or an outage of the database is everybody's. */
export async function outcomesOf(calls: Promise<unknown>[]): Promise<Outcome[]> {
  const ends = await Promise.allSettled(calls)
  return ends.map((end) => {
    if (end.status === 'fulfilled') return { code: 0, message: '' }
    if (end.reason instanceof Failure) return { code: end.reason.code, message: end.reason.message }
    throw end.reason
  })
}

/** The failure that an outcome tells of; undefined for a success. */
export function failureOf({ code, message }: Outcome): Failure | undefined {
  return code === 0 ? undefined : new Failure(code as status, message)
}
