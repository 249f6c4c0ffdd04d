import { useLoaded } from '../loaded.ts'
import { loadLimits } from '../upload/limits.ts'

/** In characters. */
export interface AccountLimits {
  longestName: number
  shortest: number
  longest: number
}

/** The camp's, until the server has told its own. */
export function useAccountLimits(): AccountLimits {
  const { now } = useLoaded(loadLimits, [])
  const limits = now.state === 'there' ? now.value : {}
  return {
    longestName: limits.username_characters ?? 32,
    shortest: limits.password_characters_min ?? 6,
    longest: limits.password_characters ?? 32,
  }
}
