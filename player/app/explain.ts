import { ApiError } from './api.ts'
import { words } from './language.ts'

/** The sentence to show the viewer about an error. */
export function explain(error: unknown): string {
  const text = words.value
  if (!(error instanceof ApiError)) return text.problems.unknown
  if (error.kind === 'offline') return text.problems.offline
  if (error.kind === 'away') return text.problems.away[error.http] ?? text.problems.away[502] ?? ''
  if (error.kind === 'notOurs') return error.http === 413 ? text.problems.tooLarge : text.problems.notOurs(error.http)
  if (error.kind === 'tooOften') return text.problems.tooOften
  if (error.kind === 'unknownPath') return text.problems.unknownPath
  if (!error.message) return text.problems.unknown
  return `${error.message[0]?.toUpperCase()}${error.message.slice(1)}`
}
