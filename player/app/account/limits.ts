import { useLoaded } from '../loaded.ts'
import { loadLimits } from '../upload/limits.ts'

/** All lengths are in characters. */
export interface AccountLimits {
  maxNameLength: number
  minPasswordLength: number
  maxPasswordLength: number
}

/** The limits of the youth-camp app until the server's own have loaded. */
export function useAccountLimits(): AccountLimits {
  const { now } = useLoaded(loadLimits, [])
  const limits = now.state === 'ready' ? now.value : {}
  return {
    maxNameLength: limits.username_characters ?? 32,
    minPasswordLength: limits.password_characters_min ?? 6,
    maxPasswordLength: limits.password_characters ?? 32,
  }
}
